"""Notify, wired together. Reads offers; tells people, takes their answers; writes responses."""

from fastapi import FastAPI

from services.notify.domain import DECIDERS
from services.notify.domain.commands import COMMANDS
from services.notify.links import Links
from services.notify.outlets import MailOutlet
from services.notify.settings import NotifySettings
from services.notify.web import OfferPages
from shared.events import offers, roster
from shared.events.base import by_type
from shared.kafka.view import View
from shared.kernel import commands as command_topic
from shared.kernel import journal
from shared.kernel.record import Subscriptions
from shared.seal import read_keys
from shared.service import Service, parts
from shared.web import site

NAME = "notify"
SUBSCRIPTIONS = Subscriptions(command_topic.topic(NAME), by_type(COMMANDS), {offers.TOPIC: by_type(offers.EVENTS)})


def build(settings: NotifySettings) -> Service:
    p = parts(NAME, settings)
    app = FastAPI(title="Tsunagu notify", version="1")
    view = View(settings.broker(), roster.TOPIC, roster.SupporterSnapshot)
    keys, links = read_keys(settings.network_key), Links(settings.link_secret, settings.url_notify)
    host, port = settings.smtp.split(":")
    outlet = MailOutlet(p.commands, p.store, view.items, keys, links, (host, int(port)), settings.sender, p.metrics)
    sending = ("mail", outlet.handle, {"topics": [journal.topic(NAME)]})
    service = Service(p, SUBSCRIPTIONS, DECIDERS, app, view, extras=[sending])
    site.furnish(app, service)
    app.include_router(OfferPages(p, links, keys).router())
    return service
