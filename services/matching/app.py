"""Matching, wired together. Reads cases and responses; writes matches, offers and the roster; talks to itself of holds."""

from fastapi import FastAPI

from services.matching.domain import DECIDERS
from services.matching.domain.commands import COMMANDS
from services.matching.inlets import RosterInlet
from services.matching.settings import MatchingSettings
from services.matching.web import Desk
from shared.events import cases, hold_answers, holds, responses, roster
from shared.events.base import by_type
from shared.kafka.view import View
from shared.kernel import commands as command_topic
from shared.kernel.record import Subscriptions
from shared.seal import read_keys
from shared.service import Service, parts
from shared.web import site

NAME = "matching"
SUBSCRIPTIONS = Subscriptions(
    command_topic.topic(NAME),
    by_type(COMMANDS),
    {topic.TOPIC: by_type(topic.EVENTS) for topic in (cases, responses, holds, hold_answers)},
)


def build(settings: MatchingSettings) -> Service:
    p = parts(NAME, settings)
    app = FastAPI(title="Tsunagu matching", version="1")
    view = View(settings.broker(), roster.TOPIC, roster.SupporterSnapshot)
    service = Service(p, SUBSCRIPTIONS, DECIDERS, app, view)
    inlet = RosterInlet(p.commands, read_keys(settings.network_jwks), settings.letter_key.encode()[:32])
    site.furnish(app, service)
    app.include_router(Desk(p, view.items, inlet, settings.max_upload).router())
    return service
