"""Which service reads what, taken from the services themselves."""

import re
from collections.abc import Mapping
from typing import Any

from services.intake import app as intake
from services.intake import domain as intake_domain
from services.intake.inlets.partner_topics import PATTERN
from services.matching import app as matching
from services.matching import domain as matching_domain
from services.notify import app as notify
from services.notify import domain as notify_domain
from services.stats import app as stats
from services.stats import domain as stats_domain
from shared.events import roster

APPS = {app.NAME: app for app in (intake, matching, notify, stats)}
SERVICES = tuple(APPS)
DECIDERS: Mapping[str, Mapping[str, Any]] = {
    "intake": intake_domain.DECIDERS,
    "matching": matching_domain.DECIDERS,
    "notify": notify_domain.DECIDERS,
    "stats": stats_domain.DECIDERS,
}
EVENTS = [(topic, name) for name, app in APPS.items() for topic in app.SUBSCRIPTIONS.events]
"""(topic, the service whose documents it changes)."""
COMMANDS = [(app.SUBSCRIPTIONS.commands_topic, name) for name, app in APPS.items()]
READERS = [*((name, "kernel") for name in SERVICES), ("intake", "inlet"), ("notify", "mail")]
"""(service, reader): each is a group of its own."""
COMPACTED = (roster.TOPIC,)
"""Of these only the newest record of a key has to be there."""


def group(service: str, reader: str, cluster: str) -> str:
    """Of partners' topics there is one generation."""
    within = re.sub(r"\.g[0-9]+$", "", cluster) if reader == "inlet" else cluster
    return f"tsunagu.{service}.{reader}.{within}"


def is_partners(topic: str) -> bool:
    """Does a partner publish there?"""
    return re.fullmatch(PATTERN, topic) is not None
