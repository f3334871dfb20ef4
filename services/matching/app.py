"""Matching, wired together. Reads cases and responses; writes matches, offers and the roster; talks to itself of holds."""

from services.matching import queries
from services.matching.domain import DECIDERS
from services.matching.domain.commands import COMMANDS
from services.matching.inlets.roster import RosterInlet
from services.matching.settings import MatchingSettings
from services.matching.web import Desk
from shared.events import cases, hold_answers, holds, responses, roster
from shared.events.base import by_type
from shared.kafka.view import View
from shared.kernel import commands as command_topic
from shared.kernel.record import Subscriptions
from shared.parts import parts
from shared.privacy.vault import Vault
from shared.privacy.wrapping import WrappingKeys
from shared.service import Service
from shared.web import site

NAME = "matching"
SUBSCRIPTIONS = Subscriptions(
    command_topic.topic(NAME),
    by_type(COMMANDS),
    {topic.TOPIC: by_type(topic.EVENTS) for topic in (cases, responses, holds, hold_answers)},
)


def build(settings: MatchingSettings) -> Service:
    p = parts(NAME, settings)
    p.store.listed_by = queries.LISTED_BY
    app = site.application(NAME)
    view = View(settings.broker(), roster.TOPIC, roster.SupporterSnapshot.model_validate_json)
    vault = Vault(p.shelf("keys"), WrappingKeys.read(settings.wrapping_keys))
    service = Service(p, SUBSCRIPTIONS, DECIDERS, app, view, checks=(vault.check,))
    inlet = RosterInlet(p.commands, vault)
    site.furnish(app, service, bodies={"POST /supporters/import": settings.max_upload})
    app.include_router(Desk(p, view.items, inlet).router())
    return service
