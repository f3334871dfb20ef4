"""The four services' real web apps, in this process, with a real database and no broker: all that stands before a route."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from deploy.local.keys import Keys, make_keys
from services.intake import app as intake
from services.intake.settings import IntakeSettings
from services.matching import app as matching
from services.matching.settings import MatchingSettings
from services.notify import app as notify
from services.notify.settings import NotifySettings
from services.stats import app as stats
from services.stats.settings import StatsSettings
from shared.access import Actor, Role
from shared.service import Service
from shared.web.invitations import invite

SECRET = "sign-in-secret-of-the-tests-only-0"
LINK_SECRET = "link-secret-of-the-tests-only-0000"
NOWHERE = "127.0.0.1:1"
SAME = {"sec-fetch-site": "same-origin"}


def built(mongo: str, folder: Path, **changes: Any) -> dict[str, Service]:
    """By name. `changes`: of the common settings."""
    keys = make_keys(folder)
    common = {
        "kafka": NOWHERE, "mongo": mongo, "http_port": 1, "network_jwks": keys.network_public,
        "letter_key": "l" * 32, "sign_in_secret": SECRET, **changes,
    }  # fmt: skip
    return {name: build(common, keys) for name, build in BUILDS.items()}


BUILDS: dict[str, Callable[[dict[str, Any], Keys], Service]] = {
    "intake": lambda common, keys: intake.build(
        IntakeSettings(**common, network_key=keys.network_private, wrapping_keys=keys.wrapping, link_secret=LINK_SECRET)
    ),
    "matching": lambda common, keys: matching.build(MatchingSettings(**common, wrapping_keys=keys.wrapping)),
    "notify": lambda common, keys: notify.build(
        NotifySettings(**common, smtp=NOWHERE, wrapping_keys=keys.wrapping, link_secret=LINK_SECRET)
    ),
    "stats": lambda common, keys: stats.build(StatsSettings(**common)),
}


def browser(app: FastAPI, service: str, **head: str) -> httpx.AsyncClient:
    """Keeps cookies, sends no referrer and follows nothing; over https, as `Secure` cookies ask for."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url=f"https://{service}.example",
        headers={"accept": "text/html", **head},
    )


async def signed_in(services: dict[str, Service], service: str, role: Role, **head: str) -> httpx.AsyncClient:
    at = browser(services[service].app, service, **head)
    token = invite(SECRET, service, Actor(role, "mika"))
    assert (await at.post("/sign-in", data={"token": token}, headers=SAME)).status_code == 303
    return at
