"""Notify, wired together. Reads offers; tells people, takes their answers; writes responses."""

from services.notify.domain import DECIDERS
from services.notify.domain.commands import COMMANDS
from services.notify.links import Links
from services.notify.outlets import MailOutlet
from services.notify.settings import NotifySettings
from services.notify.web import OfferPages
from shared.events import offers, person_keys, roster
from shared.events.base import by_type
from shared.kafka.view import View
from shared.kernel import commands as command_topic
from shared.kernel import journal
from shared.kernel.record import Subscriptions
from shared.parts import parts
from shared.privacy.audit import Audit
from shared.privacy.opener import Opener, wrapped_key
from shared.privacy.wrapping import WrappingKeys
from shared.service import Service
from shared.setting_types import host_and_port
from shared.web import site

NAME = "notify"
KEYS_WAIT_MS = 200
"""A key is told long before anybody reads what it opens."""
SUBSCRIPTIONS = Subscriptions(command_topic.topic(NAME), by_type(COMMANDS), {offers.TOPIC: by_type(offers.EVENTS)})


def build(settings: NotifySettings) -> Service:
    p = parts(NAME, settings)
    app = site.application(NAME)
    view = View(settings.broker(), roster.TOPIC, roster.SupporterSnapshot.model_validate_json)
    resident_keys = View(settings.broker(), person_keys.RESIDENTS, wrapped_key, wait_ms=KEYS_WAIT_MS)
    supporter_keys = View(settings.broker(), person_keys.SUPPORTERS, wrapped_key, wait_ms=KEYS_WAIT_MS)
    wrapping, audit = WrappingKeys.read(settings.wrapping_keys), Audit(p.shelf("audit"))
    contacts, residents = (Opener(keys.items, wrapping, audit) for keys in (supporter_keys, resident_keys))
    links = Links(settings.link_secret, settings.url_notify)
    smtp = host_and_port(settings.smtp)
    outlet = MailOutlet(p.commands, p.store, view.items, contacts, links, smtp, settings.sender, p.metrics)
    sending = ("mail", outlet.handle, {"topics": [journal.topic(NAME)]})
    service = Service(
        p, SUBSCRIPTIONS, DECIDERS, app, view, (resident_keys, supporter_keys), extras=[sending],
        checks=(contacts.check, residents.check),
    )  # fmt: skip
    site.furnish(app, service, opens=links.actor)
    app.include_router(OfferPages(p, links, residents).router())
    return service
