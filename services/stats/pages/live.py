"""A page that stays as things are: server-sent events, each the whole of what changes on it, as HTML.

A stream ends with the session that opened it, with its browser, and at once when the service stops.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from shared.web.problems import Problem

LOOK_EACH = 1.0
SESSION_EACH = 5.0
"""Seconds between two looks whether the session still holds."""
QUIET = 15.0
"""Seconds after which a comment goes out: proxies close what says nothing, and a browser that is gone is found out."""
AT_MOST, EACH = 100, 4
"""Streams of this process; of one session (a browser has six connections to a host)."""
RETRY_MS = 3000

Holds = Callable[[], Awaitable[bool]]
Look = Callable[[], Awaitable[Any]]
Show = Callable[[Any], str]


@dataclass
class Live:
    """`ending`: set when the service is to stop. `look`: how things are, comparable."""

    ending: asyncio.Event
    look: Look
    open: Counter[str] = field(default_factory=Counter)

    def response(self, whose: str, holds: Holds, show: Show) -> StreamingResponse:
        """`whose`: what streams are counted under. Raises Problem where there are too many."""
        if self.open[whose] >= EACH:
            raise _too_many(f"at most {EACH} of these at once", "close the page in another tab")
        if self.open.total() >= AT_MOST:
            raise _too_many(f"at most {AT_MOST} of these at once for everybody", "reload the page now and then instead")
        headers = {"X-Accel-Buffering": "no"}  # nginx would hold events back
        return StreamingResponse(self._counted(whose, holds, show), media_type="text/event-stream", headers=headers)

    async def _counted(self, whose: str, holds: Holds, show: Show) -> AsyncIterator[bytes]:
        self.open[whose] += 1
        try:
            async for event in self._events(holds, show):
                yield event
        finally:
            self.open[whose] -= 1

    async def _events(self, holds: Holds, show: Show) -> AsyncIterator[bytes]:
        shown, told_at, held_at = object(), 0.0, time.monotonic()
        while not self.ending.is_set():
            now = time.monotonic()
            if now - held_at >= SESSION_EACH:
                if not await holds():
                    return
                held_at = now
            seen = await self.look()
            if seen != shown:
                shown, told_at = seen, now
                yield format_sse_event(data_str=show(seen), retry=RETRY_MS)
            elif now - told_at >= QUIET:
                told_at = now
                yield KEEPALIVE_COMMENT
            await self._pause()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self.ending.wait(), LOOK_EACH)
        except TimeoutError:
            return


def _too_many(title: str, detail: str) -> Problem:
    return Problem(429, "too_many_streams", title, detail, headers={"Retry-After": "60"})
