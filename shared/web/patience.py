"""Nobody waits for an answer without end: while broker or database hang, whoever asks is told so, and may ask again."""

import asyncio
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import logs

WITHIN = 20.0
"""Seconds, from when a request has come whole until its answer begins."""
_left: set[asyncio.Task[Any]] = set()


class Patience:
    """What a request has begun goes on when its time is over: to break it off would leave it half done."""

    def __init__(self, app: ASGIApp, within: float = WITHIN) -> None:
        self._app, self._within = app, within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises TimeoutError."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = _Asked(receive, send)
        work = asyncio.ensure_future(self._app(scope, asked.receive, asked.send))
        try:
            while not (work.done() or asked.answered):
                left = asked.since + self._within - time.monotonic()
                if left <= 0 and not asked.coming:
                    raise TimeoutError(f"not answered within {self._within:g} s")
                await asyncio.wait({work}, timeout=max(left, 0.1))
            await work
        except TimeoutError:
            if work.done():
                raise
            asked.over = True
            _left.add(work)
            work.add_done_callback(_ended)
            raise
        except asyncio.CancelledError:
            work.cancel()
            raise


def _ended(work: "asyncio.Task[Any]") -> None:
    _left.discard(work)
    if not work.cancelled() and (error := work.exception()):
        logs.logger().error("request failed after it was answered", error=logs.where(error))


class _Asked:
    """`coming`: we wait for the client, not it for us. `over`: what is said now is said to nobody."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.since = time.monotonic()
        self.coming = self.answered = self.over = False

    async def receive(self) -> Message:
        self.coming = True
        message = await self._receive()
        self.coming, self.since = False, time.monotonic()
        return message

    async def send(self, message: Message) -> None:
        if not self.over:
            self.answered = True
            await self._send(message)
