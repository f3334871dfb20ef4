"""Stats, wired together. Reads cases, matches and responses; writes nothing but its own journal."""

from services.stats.domain import DECIDERS
from services.stats.settings import StatsSettings
from services.stats.web import Board
from shared.events import cases, matches, responses
from shared.events.base import by_type
from shared.kernel import commands as command_topic
from shared.kernel.record import Subscriptions
from shared.service import Service, parts
from shared.web import site

NAME = "stats"
SUBSCRIPTIONS = Subscriptions(
    command_topic.topic(NAME), {}, {topic.TOPIC: by_type(topic.EVENTS) for topic in (cases, matches, responses)}
)


def build(settings: StatsSettings) -> Service:
    p = parts(NAME, settings)
    app = site.application(NAME)
    service = Service(p, SUBSCRIPTIONS, DECIDERS, app)
    app.include_router(Board(p, settings.fresh_seconds).router())  # first: its /metrics holds the figures, too
    site.furnish(app, service)
    return service
