"""Intake, wired together. Reads partners' referrals and what matching says; writes cases and partners' updates."""

from fastapi import FastAPI

from services.intake.domain import DECIDERS
from services.intake.domain.commands import COMMANDS
from services.intake.inlets import PATTERN, PartnerInlet
from services.intake.partners import Partners
from services.intake.settings import IntakeSettings
from services.intake.web import Api
from shared.events import matches
from shared.events.base import by_type
from shared.kernel import commands as command_topic
from shared.kernel.record import Subscriptions
from shared.seal import read_keys
from shared.service import Service, parts
from shared.web import site

NAME = "intake"
SUBSCRIPTIONS = Subscriptions(command_topic.topic(NAME), by_type(COMMANDS), {matches.TOPIC: by_type(matches.EVENTS)})


def build(settings: IntakeSettings) -> Service:
    p = parts(NAME, settings)
    app = FastAPI(title="Tsunagu intake", version="1")
    inlet = PartnerInlet(p.commands, p.clock, p.seals, p.metrics)
    service = Service(
        p, SUBSCRIPTIONS, DECIDERS, app, extras=[("inlet", inlet.handle, {"pattern": PATTERN, "wait_ms": 20})]
    )
    partners = Partners(p.store.collection("partners"))
    site.furnish(app, service)
    app.include_router(Api(p, partners, read_keys(settings.network_jwks), settings.max_body).router())
    return service
