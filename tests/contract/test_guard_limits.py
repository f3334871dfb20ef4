"""The guard before the real apps: how often, and how much."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.access import UNASKED, Role
from shared.service import Service
from tests.contract.houses import SAME, browser, built, signed_in

CLOSE = "/cases/case-1/close"


@pytest.fixture
def services(database: str, tmp_path: Path) -> dict[str, Service]:
    return built(database, tmp_path)


async def test_too_many_requests_wait_each_caller_for_itself(database: str, tmp_path: Path) -> None:
    services = built(database, tmp_path, requests_a_minute=5)
    at = browser(services["stats"].app, "stats")
    for _ in range(5):
        assert (await at.get("/sign-in")).status_code == 200
    slow = await at.get("/sign-in?lang=en")
    assert slow.status_code == 429 and 0 < int(slow.headers["retry-after"]) <= 60
    for path in (key.partition(" ")[2] for key in UNASKED if key != "GET /metrics"):
        assert (await at.get(path.replace("/static", "/static/tsunagu.css"))).status_code in (200, 503), path
    mika = browser(services["matching"].app, "matching")
    mika.cookies.update((await signed_in(services, "matching", Role.COORDINATOR)).cookies)
    for _ in range(5):
        assert (await mika.get("/supporters/import")).status_code == 200
    assert (await mika.get("/supporters/import")).status_code == 429
    assert (
        await (await signed_in(services, "matching", Role.COORDINATOR)).get("/supporters/import")
    ).status_code == 200


async def pieces(size: int) -> AsyncIterator[bytes]:
    """A body whose length nobody is told before."""
    yield b"file="
    for _ in range(size // 1000):
        yield b"x" * 1000


FORM = {"content-type": "application/x-www-form-urlencoded", **SAME}


async def test_a_body_is_measured_by_what_it_says_and_by_what_comes(services: dict[str, Service]) -> None:
    at = await signed_in(services, "matching", Role.COORDINATOR)
    for body in (b"reason=" + b"x" * 70_000, pieces(70_000)):
        answer = await at.post(CLOSE, content=body, headers=FORM | {"accept": "*/*"})
        assert answer.status_code == 413, answer.text
        assert answer.json()["type"] == "urn:tsunagu:problem:too_large" and "65536" in answer.json()["title"]
    page = await at.post(CLOSE + "?lang=en", content=b"x" * 70_000, headers=FORM)
    assert page.status_code == 413 and "too large" in page.text
    assert (await at.post(CLOSE, content=b"reason", headers=FORM)).status_code == 422


async def test_the_roster_may_be_larger_but_not_without_end(services: dict[str, Service]) -> None:
    at = await signed_in(services, "matching", Role.COORDINATOR)
    fits = await at.post("/supporters/import", files={"file": ("r.csv", b"x" * 4_900_000)}, headers=SAME)
    assert fits.status_code == 503, "read whole; there is no broker here to go on to"
    over = await at.post("/supporters/import", files={"file": ("r.csv", b"x" * 5_100_000)}, headers=SAME)
    assert over.status_code == 413


async def test_a_body_that_nobody_may_send_is_not_read(services: dict[str, Service]) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"x"
        raise AssertionError("read although nobody may")

    at = browser(services["intake"].app, "intake")
    assert (await at.post("/referrals", content=endless())).status_code == 401
