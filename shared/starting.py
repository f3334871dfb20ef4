"""What a service tries until it works, before it is ready."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from shared import logs

LONGEST_PAUSE = 5.0


class Starting(Protocol):
    """`starting`: what readiness says that it waits for."""

    starting: list[str]


Why = Callable[[str, Exception], Awaitable[str]]
"""What is tried, and what came of it → what readiness says of it."""


async def its_name(what: str, _error: Exception) -> str:
    return what


async def reach(service: Starting, what: str, attempt: Callable[[], Any], why: Why = its_name) -> None:
    """Tries until it works, and says on readiness what it waits for."""
    pause, said = 0.2, what
    while True:
        try:
            await attempt()
        except Exception as error:
            before, said = said, await why(what, error)
            service.starting = sorted({*service.starting, said} - ({what, before} - {said}))
            logs.logger().warning("waiting", what=what, why=said, error=logs.where(error))
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
        else:
            service.starting = [name for name in service.starting if name not in (what, said)]
            return
