"""Signing in by a one-time link and out again, at the real apps with a real database."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from itsdangerous import URLSafeTimedSerializer
from itsdangerous.timed import TimestampSigner

from shared.access import Actor, Role
from shared.errors import TsunaguError
from shared.service import Service
from shared.web.invitations import SALT, invite
from shared.web.sessions import AT_MOST, IDLE, NOTED, hashed
from tests.contract.houses import SECRET, browser, built

MIKA = Actor(Role.COORDINATOR, "mika")
SAME = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def services(database: str, tmp_path: Path) -> dict[str, Service]:
    return built(database, tmp_path)


@pytest.fixture
def matching(services: dict[str, Service]) -> httpx.AsyncClient:
    return browser(services["matching"].app, "matching")


def token(service: str = "matching", actor: Actor = MIKA) -> str:
    return invite(SECRET, service, actor)


async def press(at: httpx.AsyncClient, token: str, **head: str) -> httpx.Response:
    return await at.post("/sign-in", data={"token": token}, headers=SAME | head)


async def test_a_link_signs_in_once_and_signing_out_ends_it(matching: httpx.AsyncClient) -> None:
    assert (await matching.get("/cases")).status_code == 401
    one = token()
    page = await matching.get("/sign-in", params={"token": one})
    assert page.status_code == 200 and "mika" in page.text and one in page.text
    assert (await matching.get("/sign-in", params={"token": one})).status_code == 200, "looking at it uses nothing up"
    entered = await press(matching, one)
    assert (entered.status_code, entered.headers["location"]) == (303, "/cases")
    assert (await matching.get("/cases")).status_code == 200
    assert "mika" in (await matching.get("/supporters/import")).text, "the head of a page says who is signed in"
    old = dict(matching.cookies)
    out = await matching.post("/sign-out", headers=SAME)
    assert (out.status_code, out.headers["location"], dict(matching.cookies)) == (303, "/sign-in", {})
    matching.cookies.update(old)
    assert (await matching.get("/cases")).status_code == 401, "the id that was signed out is good for nothing"


async def test_the_cookie_is_for_this_service_and_this_host_alone(matching: httpx.AsyncClient) -> None:
    said = (await press(matching, token())).headers["set-cookie"]
    name, rest = said.split("=", 1)
    assert name == "__Host-tsunagu-matching"
    for part in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert part in rest
    assert "Domain" not in rest


async def test_the_database_holds_no_session_that_could_be_used(
    services: dict[str, Service], matching: httpx.AsyncClient
) -> None:
    await press(matching, token())
    (id,) = matching.cookies.values()
    rows = await services["matching"].parts.store.collection("sessions").find({}).to_list(None)
    assert hashed(id) in {row["_id"] for row in rows}
    assert id not in str(rows)


async def test_of_two_at_the_same_moment_one_is_let_in(services: dict[str, Service]) -> None:
    one, app = token(), services["matching"].app
    both = await asyncio.gather(*(press(browser(app, "matching"), one) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [303, 400]


def late(actor: Actor = MIKA) -> str:
    """A link of sixteen minutes ago."""

    class Then(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - 16 * 60

    return str(URLSafeTimedSerializer(SECRET, SALT, signer=Then).dumps(["matching", actor.role, actor.id, "n"]))


@pytest.mark.parametrize(
    ("made", "code", "says"),
    [
        (late, "sign_in_expired", "too old"),
        (lambda: token()[:-3] + "AAA", "sign_in_tampered", "does not work"),
        (lambda: "nonsense", "sign_in_tampered", "does not work"),
        (lambda: token("intake"), "sign_in_elsewhere", "another address"),
        (lambda: str(URLSafeTimedSerializer(SECRET, SALT).dumps(["matching", "network", "x", "n"])),
         "sign_in_tampered", "does not work"),
        (lambda: str(URLSafeTimedSerializer(SECRET, "another").dumps(["matching", *MIKA, "n"])),
         "sign_in_tampered", "does not work"),
    ],
)  # fmt: skip
async def test_a_link_that_is_no_good_says_why(services: dict[str, Service], made: Any, code: str, says: str) -> None:
    at, bad = browser(services["matching"].app, "matching"), made()
    for answer in (await at.get("/sign-in", params={"token": bad, "lang": "en"}), await press(at, bad)):
        assert answer.status_code == 400
        assert "set-cookie" not in answer.headers
    assert says in (await at.get("/sign-in", params={"token": bad, "lang": "en"})).text
    assert code in (await at.get("/sign-in", params={"token": bad}, headers={"accept": "*/*"})).json()["type"]


async def test_over_plain_http_nobody_signs_in_but_on_the_machine_itself(services: dict[str, Service]) -> None:
    one, app = token(), services["matching"].app
    for base, status in (("http://10.0.0.7:8102", 400), ("http://localhost:8102", 303)):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base) as at:
            answer = await press(at, one)
            assert answer.status_code == status, "and what is refused has not used the link up"


async def test_a_used_link_says_so(matching: httpx.AsyncClient) -> None:
    one = token()
    await press(matching, one)
    again = await matching.get("/sign-in", params={"token": one, "lang": "en"})
    assert again.status_code == 400 and "has been used" in again.text
    assert (await press(matching, one)).status_code == 400
    assert (await matching.get("/cases")).status_code == 200, "and takes nothing from who is signed in"


async def test_after_ten_refused_links_in_a_minute_an_address_waits(matching: httpx.AsyncClient) -> None:
    for _ in range(10):
        assert (await matching.get("/sign-in", params={"token": "guess"})).status_code == 400
    waits = await press(matching, token())
    assert waits.status_code == 429 and 0 < int(waits.headers["retry-after"]) <= 60


async def test_signing_in_anew_ends_the_session_before(services: dict[str, Service]) -> None:
    at = browser(services["matching"].app, "matching")
    await press(at, token())
    first = dict(at.cookies)
    await press(at, token(actor=Actor(Role.AUDITOR, "rei")))
    assert (await at.get("/cases")).status_code == 403
    other = browser(services["matching"].app, "matching")
    other.cookies.update(first)
    assert (await other.get("/cases")).status_code == 401


async def test_a_session_ends_after_eight_idle_hours_and_after_a_day(
    services: dict[str, Service], matching: httpx.AsyncClient
) -> None:
    await press(matching, token())
    (id,) = matching.cookies.values()
    rows, now = services["matching"].parts.store.collection("sessions"), datetime.now(UTC)

    async def as_if(**fields: datetime) -> int:
        await rows.update_one({"_id": hashed(id)}, {"$set": fields})
        return (await matching.get("/cases")).status_code

    assert await as_if(began=now - AT_MOST + timedelta(hours=1), seen=now - NOTED * 2) == 200
    row = await rows.find_one({"_id": hashed(id)})
    assert row["ends"] - now < timedelta(hours=1, seconds=5), "in use, it still ends a day after it began"
    assert await as_if(began=now, seen=now - NOTED * 2) == 200
    assert (await rows.find_one({"_id": hashed(id)}))["ends"] - now > IDLE - timedelta(seconds=5)
    assert await as_if(ends=now - timedelta(seconds=1)) == 401


@pytest.mark.parametrize(
    "actor", [Actor(Role.SUPPORTER, "s-1"), Actor(Role.COORDINATOR, "Mika Sato"), Actor(Role.NETWORK, "mail")]
)
def test_a_link_is_made_only_for_who_signs_in(actor: Actor) -> None:
    with pytest.raises(TsunaguError):
        invite(SECRET, "matching", actor)
