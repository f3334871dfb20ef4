"""HEAD is GET without its body."""

import asyncio
from pathlib import Path

import pytest

from shared.access import ROUTES, Role
from shared.service import Service
from tests.contract.houses import browser, built, signed_in


@pytest.fixture
def services(database: str, tmp_path: Path) -> dict[str, Service]:
    return built(database, tmp_path)


@pytest.mark.parametrize("service", ROUTES)
async def test_head_is_answered_as_get_is_without_the_body(services: dict[str, Service], service: str) -> None:
    at = await signed_in(services, service, Role.OPERATOR)
    for key in ROUTES[service]:
        method, _, path = key.partition(" ")
        path = path.replace("{", "x").replace("}", "").replace("/static", "/static/tsunagu.css")
        if method != "GET" or path in ("/health/ready", "/metrics", "/status/events"):  # two answers are never the same
            continue
        got, head = await at.get(path), await at.head(path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers == got.headers or path == "/sign-in/account", path  # which has a state of its own each time


async def test_the_head_of_a_stream_is_told_and_the_stream_is_over(services: dict[str, Service]) -> None:
    at = await signed_in(services, "stats", Role.OPERATOR)
    async with asyncio.timeout(10):
        head = await at.head("/status/events")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")
    assert (await browser(services["stats"].app, "stats").head("/status/events")).status_code == 401
