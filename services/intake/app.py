"""Intake, wired together. Reads partners' referrals and what matching says; writes cases and partners' updates."""

from collections.abc import Iterator
from pathlib import Path

from fastapi import APIRouter

from services.intake import queries
from services.intake.contracts import pages as contracts
from services.intake.domain import DECIDERS
from services.intake.domain.commands import COMMANDS
from services.intake.inlets.partner_topics import PATTERN, PartnerInlet
from services.intake.inlets.residents import Residents
from services.intake.links import CaseLinks
from services.intake.pages import home, partner, resident
from services.intake.pages.desk import Desk
from services.intake.partners import Partners, oauth
from services.intake.partners.keys import USES
from services.intake.partners.tokens import Tokens
from services.intake.settings import IntakeSettings
from services.intake.web import Api
from shared.events import matches
from shared.events.base import by_type
from shared.kernel import commands as command_topic
from shared.kernel.record import Subscriptions
from shared.parts import Parts, parts
from shared.privacy.audit import Audit
from shared.privacy.vault import Vault
from shared.privacy.wrapping import WrappingKeys
from shared.seal import read_keys
from shared.service import Service
from shared.web import site
from shared.web.pages import Pages

NAME = "intake"
SUBSCRIPTIONS = Subscriptions(command_topic.topic(NAME), by_type(COMMANDS), {matches.TOPIC: by_type(matches.EVENTS)})


def build(settings: IntakeSettings) -> Service:
    p = parts(NAME, settings)
    p.store.listed_by = queries.LISTED_BY
    app = site.application(NAME)
    vault, audit = Vault(p.shelf("keys"), WrappingKeys.read(settings.wrapping_keys)), Audit(p.shelf("audit"))
    residents = Residents(read_keys(settings.network_key), vault, audit)
    inlet = PartnerInlet(p.commands, residents, p.clock, p.seals, p.metrics)
    service = Service(
        p, SUBSCRIPTIONS, DECIDERS, app, extras=[("inlet", inlet.handle, {"pattern": PATTERN, "wait_ms": 20})],
        checks=(vault.check,), on_reused=inlet.reused,
    )  # fmt: skip
    tokens = Tokens(Partners(p.shelf("partners"), p.store.rows(USES), audit), p.store.collection("tokens"))
    links = CaseLinks(settings.link_secret, settings.url_intake)
    site.furnish(app, service, keys=tokens.org_of, opens=links.actor)
    public = read_keys(settings.network_jwks)
    api = Api(p, public, residents).router()
    api.include_router(oauth.routes(tokens, settings.url_intake))
    app.include_router(api)
    app.include_router(contracts.routes(api, settings.url_intake, public))
    for router in _pages(p, settings, links, residents):
        app.include_router(router)
    return service


def _pages(p: Parts, settings: IntakeSettings, links: CaseLinks, residents: Residents) -> Iterator[APIRouter]:
    pages = Pages(Path(__file__).parent / "templates")
    yield home.routes(pages, settings)
    yield partner.routes(pages, p.store, links)
    yield resident.routes(pages, p.store, links)
    yield Desk(pages, p.store, residents).router()
