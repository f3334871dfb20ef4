"""Who asks is answered, though what they asked for hangs; and nothing is broken off halfway."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse

from shared.web.answers import Failures
from shared.web.pages import Pages
from shared.web.patience import Patience


class Hanging:
    """An application that waits for what does not come, until it does."""

    def __init__(self) -> None:
        self.comes, self.done = asyncio.Event(), False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await Request(scope, receive).body()
        await self.comes.wait()
        self.done = True
        await PlainTextResponse("taken")(scope, receive, send)


def client(app: Any, within: float = 0.3) -> httpx.AsyncClient:
    outside = Failures(Patience(app, within), Pages())
    return httpx.AsyncClient(transport=httpx.ASGITransport(outside), base_url="http://intake.example")


async def test_what_hangs_is_answered_and_goes_on() -> None:
    app = Hanging()
    async with client(app) as http:
        answer = await http.post("/referrals", json={})
        assert (answer.status_code, answer.json()["title"]) == (503, "we cannot answer just now")
        assert "try again" in answer.json()["detail"]
        app.comes.set()
        await asyncio.sleep(0.05)
        assert app.done
        assert (await http.post("/referrals", json={})).text == "taken"


async def test_a_slow_client_has_all_the_time_it_needs() -> None:
    app = Hanging()
    app.comes.set()

    async def slowly() -> Any:
        for _ in range(3):
            await asyncio.sleep(0.2)
            yield b"x"

    async with client(app) as http:
        assert (await http.post("/supporters/import", content=slowly())).text == "taken"


async def test_an_answer_that_has_begun_may_last() -> None:
    async def words() -> Any:
        yield "a"
        await asyncio.sleep(0.7)
        yield "b"

    async with client(StreamingResponse(words())) as http:
        assert (await http.get("/status/stream")).text == "ab"


async def test_what_fails_fails_as_before() -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise KeyError("ours")

    async with client(failing) as http:
        assert (await http.get("/")).status_code == 500


async def test_who_is_cancelled_takes_its_work_along() -> None:
    app = Hanging()

    async def nothing() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    asked = asyncio.create_task(Patience(app)({"type": "http", "method": "GET", "headers": []}, nothing, nothing))
    await asyncio.sleep(0.05)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    app.comes.set()
    await asyncio.sleep(0.05)
    assert not app.done
