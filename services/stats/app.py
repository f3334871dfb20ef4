"""Stats, wired together. Reads cases, matches and responses, and how each service stands; writes nothing but its own
journal.
"""

from pathlib import Path

from services.stats.domain import DECIDERS
from services.stats.inlets import heard
from services.stats.pages.status import StatusPage
from services.stats.settings import StatsSettings
from services.stats.web import Board
from shared.events import cases, matches, responses
from shared.events.base import by_type
from shared.kernel import commands as command_topic
from shared.kernel.record import Subscriptions
from shared.parts import parts
from shared.service import Service
from shared.web import site
from shared.web.pages import Pages

NAME = "stats"
SUBSCRIPTIONS = Subscriptions(
    command_topic.topic(NAME), {}, {topic.TOPIC: by_type(topic.EVENTS) for topic in (cases, matches, responses)}
)


def build(settings: StatsSettings) -> Service:
    p = parts(NAME, settings)
    app = site.application(NAME)
    network, pages = heard(settings.broker()), Pages(Path(__file__).parent / "templates")
    service = Service(p, SUBSCRIPTIONS, DECIDERS, app, others=network.views())
    board = Board(p, pages, settings.fresh_seconds)
    app.include_router(board.router())  # first: its /metrics holds the figures, too
    app.include_router(StatusPage(p, pages, network, board.figures, service.ending).router())
    site.furnish(app, service)
    return service
