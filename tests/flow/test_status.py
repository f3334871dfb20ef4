"""The status page as its operators see it, over a real stream: what happens in the network is on it within seconds.

On a network of its own: whom other tests have killed it would tell of for ten minutes.
"""

import asyncio
import json
import re
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from shared.access import Actor, Role
from tests.delivery.support.losing import stopped, store, where
from tests.delivery.support.network import Network, until
from tests.delivery.support.partner import join
from tests.delivery.support.topics import records
from tsunagu.verify import run

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
YUI = Actor(Role.OPERATOR, "yui")
SECTION = re.compile(r'<section id="([\w-]+)"[^>]*>(.*?)</section>', re.S)
WITHIN = 60


@pytest_asyncio.fixture(loop_scope="session")
async def operator(own_network: Network) -> dict[str, str]:
    await until("ready", own_network.ready, 60)
    return await own_network.signed_in("stats", YUI)


def url(net: Network, path: str = "/status/events") -> str:
    return f"{net.where.services['stats']}{path}?lang=en"


@asynccontextmanager
async def listening(net: Network, head: dict[str, str]) -> AsyncIterator[AsyncIterator[dict[str, str]]]:
    """What comes, as section → its text without markup."""
    async with net.http.stream("GET", url(net), headers=head, timeout=WITHIN) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        yield events(answer)


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    lines: list[str] = []
    async for line in answer.aiter_lines():
        if line.startswith("data:"):
            lines.append(line.removeprefix("data:"))
        elif not line and lines:
            yield {
                id: " ".join(re.sub(r"<[^>]+>", " ", html).split()) for id, html in SECTION.findall("\n".join(lines))
            }
            lines = []


async def seen(coming: AsyncIterator[dict[str, str]], section: str, what: str) -> str:
    """The section, once it says that."""
    async with asyncio.timeout(WITHIN):
        async for sections in coming:
            if re.search(what, sections[section]):
                return sections[section]
    raise AssertionError(f"the stream has ended before {section} said {what}")


def letters(left: str, service: str) -> int:
    found = re.search(rf"\b{service} ([\d,]+)", left)
    return int(found[1].replace(",", "")) if found else -1


async def test_all_that_there_is_to_see(own_network: Network, operator: dict[str, str]) -> None:
    async with listening(own_network, operator) as coming:
        await seen(coming, "services", "intake Working .* matching Working .* notify Working .* stats Working")
        text = await seen(coming, "topics", r"cases matching [\d,]+ [\d,]+ \d+.* cases stats ")
        assert all(
            name in text for name in ("intake.commands intake", "holds matching", "notify.journal notify · mail")
        )
    page = await own_network.http.get(url(own_network, "/status"), headers=operator)
    assert page.status_code == 200 and "All services are working" in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'; connect-src 'self'" in policy and "unsafe" not in policy


async def test_a_service_that_ends_and_one_that_dies_are_told_of(
    own_network: Network, operator: dict[str, str]
) -> None:
    net = own_network
    async with listening(net, operator) as coming:
        await seen(coming, "services", "notify Working")
        async with stopped(net, "notify"):
            await seen(coming, "services", "notify Stopped")
        await seen(coming, "services", "notify Working")
        hold = net.home.parent / "hold-notify"
        hold.touch()
        net.signal("notify", signal.SIGKILL)
        try:
            await seen(coming, "services", "notify Silent")
            assert "notify" in await seen(coming, "summary", "should have a look|working")
        finally:
            hold.unlink()
        await seen(coming, "services", "notify Working")
    await until("ready", net.ready, 60)


async def test_a_record_that_nobody_can_use_is_counted(own_network: Network, operator: dict[str, str]) -> None:
    net = own_network
    partner = (await join(net, ["flow"]))["flow"]
    async with listening(net, operator) as coming:
        before = letters(await seen(coming, "left", r"intake \d"), "intake")
        await partner.send(b"{not json", "status-wrong")
        assert "Content does not fit" in await seen(coming, "left", rf"intake {before + 1} ")


async def test_the_last_proof_is_shown(
    own_network: Network, operator: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    net = own_network
    began = len(await records(net, "verified"))
    async with listening(net, operator) as coming:
        assert await run(where(net), None, as_json=True, within=WITHIN) == 0
        report = json.loads(capsys.readouterr().out)
        published = sum(row["published"] for row in report["rows"])
        text = await seen(coming, "verified", f"Told {published:,} ")
    assert "Every promise was kept" in text and "Whatever was told is applied once, or a dead letter" in text
    (*_, told) = await records(net, "verified")
    assert len(await records(net, "verified")) == began + 1
    assert "problems" not in json.loads(told.value), "what is wrong is for whoever looked"


async def test_a_stream_ends_with_its_session(own_network: Network) -> None:
    net = own_network
    head = await net.signed_in("stats", YUI)
    async with listening(net, head) as coming:
        await anext(coming)
        out = f"{net.where.services['stats']}/sign-out"
        assert (await net.http.post(out, headers=head | {"sec-fetch-site": "same-origin"})).status_code == 303
        await _ends(lambda: _all(coming))
    assert (await net.http.get(url(net), headers=head)).status_code == 401


async def test_watching_does_not_keep_a_session_alive(own_network: Network) -> None:
    net = own_network
    head = await net.signed_in("stats", YUI)
    sessions = store(net, "stats").collection("sessions")
    async with net.http.stream("GET", url(net), headers=head, timeout=WITHIN) as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        newest = await sessions.find_one({"id": "yui"}, sort=[("began", -1)])
        long_ago = newest["seen"] - timedelta(hours=1)
        await sessions.update_one({"_id": newest["_id"]}, {"$set": {"seen": long_ago}})
        async with asyncio.timeout(2 * WITHIN):
            assert ": ping" in [line async for line in _until_ping(lines)], "proxies close what says nothing"
        assert (await sessions.find_one({"_id": newest["_id"]}))["seen"] == long_ago
    assert (await net.http.get(url(net, "/status"), headers=head)).status_code == 200
    assert (await sessions.find_one({"_id": newest["_id"]}))["seen"] > long_ago, "to ask for a page does"


async def _until_ping(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """By then the session has been looked at several times."""
    async for line in lines:
        yield line
        if line == ": ping":
            return


async def test_there_are_not_too_many_streams(own_network: Network) -> None:
    net = own_network
    head = await net.signed_in("stats", YUI)
    async with listening(net, head) as a, listening(net, head) as b, listening(net, head) as c:
        async with listening(net, head) as d:
            for one in (a, b, c, d):
                await anext(one)
            refused = await net.http.get(url(net), headers=head)
            assert (refused.status_code, refused.json()["type"]) == (429, "urn:tsunagu:problem:too_many_streams")

        async def again() -> bool:
            async with net.http.stream("GET", url(net), headers=head) as answer:
                return answer.status_code == 200

        await until("one that has been closed counts no more", again, WITHIN)


async def test_nobody_else_sees_it(own_network: Network) -> None:
    net = own_network
    for role in (Role.COORDINATOR, Role.AUDITOR):
        head = await net.signed_in("stats", Actor(role, "mika"))
        for path in ("/status", "/status/events"):
            assert (await net.http.get(url(net, path), headers=head)).status_code == 403
    assert (await net.http.get(url(net, "/status"))).status_code == 401


async def test_open_streams_do_not_keep_a_service_from_ending(own_network: Network, operator: dict[str, str]) -> None:
    net = own_network
    async with listening(net, operator) as coming:
        await anext(coming)
        began, hold = time.monotonic(), net.home.parent / "hold-stats"
        hold.touch()
        try:
            pid = net.signal("stats", signal.SIGTERM)
            await _ends(lambda: _all(coming))
            await until("it has ended", lambda: _gone(net, pid), 20)
        finally:
            hold.unlink()
        assert time.monotonic() - began < 20, "whoever stops it waits no longer"
    await until("ready", net.ready, 60)


async def _gone(net: Network, pid: int) -> bool:
    return net.pid("stats") != pid or await net.health("stats", "live") is None


async def _all(coming: AsyncIterator[dict[str, str]]) -> None:
    async for _ in coming:
        pass


async def _ends(stream: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(WITHIN):
        try:
            await stream()
        except httpx.RemoteProtocolError:  # closed in the middle: ended, too
            return
