"""HEAD is GET without the body, for who asks whether a link is good (RFC 9110, 9.3.2). Under the same row: guard.py."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """ASGI middleware, within the guard. The route is told that whoever asked has left, so that a stream ends, too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        told = asyncio.Event()

        async def gone() -> Message:
            await told.wait()
            return {"type": "http.disconnect"}

        async def head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})
                told.set()

        await self._app({**scope, "method": "GET"}, gone, head)
