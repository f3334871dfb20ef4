"""Keys and tokens at intake's real web app: what gets in, and what is told to what does not."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client

from services.intake.partners import Partners
from services.intake.partners.keys import USES, hashed
from shared.clock import RealClock
from shared.kernel.memory import MemoryBus
from shared.privacy.audit import Audit
from shared.service import Service
from shared.shelf import shelf
from tests.contract.houses import browser, built

FORM = {"grant_type": "client_credentials"}
REFERRAL = "/referrals/none"


@dataclass
class Door:
    """Intake's app; `partners`: beside it, as the command line has them. `key`: of acme."""

    service: Service
    partners: Partners
    http: httpx.AsyncClient
    key: str

    async def enters(self, bearer: str) -> bool:
        """Nothing is published under that reference: who gets in is told so."""
        answer = await self.http.get(REFERRAL, headers={"Authorization": f"Bearer {bearer}"})
        assert answer.status_code in (404, 401), answer.text
        return answer.status_code == 404

    async def asks(self, **form: Any) -> httpx.Response:
        return await self.http.post("/oauth/token", data=form)


@pytest.fixture
async def door(database: str, tmp_path: Path) -> AsyncIterator[Door]:
    service = built(database, tmp_path)["intake"]
    store, bus = service.parts.store, MemoryBus()
    shelves = [shelf("intake", name, store, bus, RealClock()) for name in ("partners", "audit")]
    partners = Partners(shelves[0], store.rows(USES), Audit(shelves[1]))
    async with browser(service.app, "intake", accept="application/json") as http:
        yield Door(service, partners, http, await partners.add_key("acme"))


async def test_a_client_of_a_library_gets_a_token_and_comes_in_with_it(door: Door) -> None:
    transport = httpx.ASGITransport(door.service.app)
    for method in ("client_secret_basic", "client_secret_post"):
        async with AsyncOAuth2Client(
            "acme", door.key, token_endpoint_auth_method=method, transport=transport
        ) as client:
            told = (await door.http.get("/.well-known/oauth-authorization-server")).json()
            assert method in told["token_endpoint_auth_methods_supported"]
            where = told["token_endpoint"].replace(told["issuer"], "https://intake.example")
            token = await client.fetch_token(where, grant_type="client_credentials")
            assert (token["token_type"], token["expires_in"]) == ("Bearer", 600)
            assert (await client.get(f"https://intake.example{REFERRAL}")).status_code == 404
        assert await door.enters(token["access_token"])


async def test_a_token_ends_with_its_key_and_after_ten_minutes(door: Door) -> None:
    token = (await door.asks(**FORM, client_id="acme", client_secret=door.key)).json()["access_token"]
    rows = door.service.parts.store.collection("tokens")
    assert token not in str(await rows.find({}).to_list(None)), "only its hash is kept"
    row = await rows.find_one({"_id": hashed(token)})
    assert timedelta(minutes=9) < row["ends"] - datetime.now(UTC) <= timedelta(minutes=10)
    await rows.update_one({"_id": row["_id"]}, {"$set": {"ends": datetime.now(UTC)}})
    assert not await door.enters(token)
    again = (await door.asks(**FORM, client_id="acme", client_secret=door.key)).json()["access_token"]
    assert await door.enters(again)
    await door.partners.retire("acme", hashed(door.key)[:8])
    assert not await door.enters(again) and not await door.enters(door.key)


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "unsupported_grant_type"),
        (FORM, 401, "invalid_client"),
        (FORM | {"client_id": "acme"}, 401, "invalid_client"),
        (FORM | {"client_id": "acme", "client_secret": "tsu_acme_guess"}, 401, "invalid_client"),
        (FORM | {"client_id": "other", "client_secret": "{key}"}, 401, "invalid_client"),
        (FORM | {"client_id": "acme", "client_secret": "{key}", "scope": "all"}, 400, "invalid_scope"),
        ({"grant_type": ["client_credentials"] * 2}, 400, "invalid_request"),
    ],
)
async def test_a_request_that_is_not_good_is_answered_as_rfc_6749_says(
    door: Door, form: dict[str, Any], status: int, error: str
) -> None:
    sent = {name: door.key if value == "{key}" else value for name, value in form.items()}
    answer = await door.asks(**sent)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["cache-control"] == "no-store" and door.key not in answer.text
    assert status != 401 or answer.headers["www-authenticate"] == 'Basic realm="tsunagu"'


@pytest.mark.parametrize(
    "sent", ["Basic", "Basic !!", "Basic " + base64.b64encode(b"\xff\xfe:x").decode(), "Basic YWNtZQ=="]
)
async def test_a_header_that_is_none_is_no_client(door: Door, sent: str) -> None:
    answer = await door.http.post("/oauth/token", data=FORM, headers={"Authorization": sent})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_secret_is_sent_one_way_and_as_a_form(door: Door) -> None:
    twice = await door.http.post("/oauth/token", data=FORM | {"client_secret": door.key}, auth=("acme", door.key))
    as_json = await door.http.post("/oauth/token", json=FORM, auth=("acme", door.key))
    assert [answer.json()["error"] for answer in (twice, as_json)] == ["invalid_request"] * 2


async def test_every_key_that_is_not_good_is_told_the_same(door: Door) -> None:
    retired, ended = [await door.partners.add_key("acme") for _ in range(2)]
    await door.partners.retire("acme", hashed(retired)[:8])
    await door.partners.shelf.put(hashed(ended), {"org": "acme", "until": datetime.now(UTC).isoformat()})
    bad = ["nonsense", "tsu_acme_guess", "tsa_guess", "tsu_never_was", retired, ended]
    said = [await door.http.get(REFERRAL, headers={"Authorization": f"Bearer {one}"}) for one in bad]
    assert {answer.status_code for answer in said} == {401} and len({answer.text for answer in said}) == 1
    assert said[0].json()["type"] == "urn:tsunagu:problem:bad_key" and "retired" in said[0].json()["detail"]
    assert 'error="invalid_token"' in said[0].headers["www-authenticate"]
    none = await door.http.get(REFERRAL)
    assert none.json()["type"] == "urn:tsunagu:problem:no_key" and "error" not in none.headers["www-authenticate"]


async def test_more_tokens_are_no_more_requests(database: str, tmp_path: Path, door: Door) -> None:
    narrow = browser(built(database, tmp_path / "narrow", requests_a_minute=5)["intake"].app, "intake", accept="*/*")
    given = [
        (await door.asks(**FORM, client_id="acme", client_secret=door.key)).json()["access_token"] for _ in range(6)
    ]
    said = [await narrow.get(REFERRAL, headers={"Authorization": f"Bearer {token}"}) for token in given]
    assert [answer.status_code for answer in said] == [404] * 5 + [429]
