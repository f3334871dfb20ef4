"""Not too often and not too much: requests in a minute, bytes in a body."""

import time
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from shared.web.problems import Problem


class Rate:
    """`a_minute` per whoever it is, sliding; in this process's memory, so each replica counts for itself."""

    def __init__(self, a_minute: int) -> None:
        self._item = RateLimitItemPerMinute(a_minute)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, who: str) -> None:
        """Raises Problem when it is one too many."""
        if not self._limiter.hit(self._item, who):
            raise self._too_often(who)

    def check(self, who: str) -> None:
        """As `count`, without counting."""
        if not self._limiter.test(self._item, who):
            raise self._too_often(who)

    def _too_often(self, who: str) -> Problem:
        wait = max(1, ceil(self._limiter.get_window_stats(self._item, who).reset_time - time.time()))
        return Problem(429, "too_often", f"at most {self._item.amount} a minute", f"wait {wait} s and try again",
                       headers={"Retry-After": str(wait)})  # fmt: skip


def bounded(request: Request, at_most: int) -> Receive:
    """The request's body, as far as it may go; raises Problem at once where its length says that it is too long."""
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > at_most:
        raise too_large(at_most)
    receive, came = request.receive, 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > at_most:
            # FastAPI turns whatever else is raised while it reads a form into a 400.
            raise HTTPException(413, f"a request has at most {at_most} bytes here")
        return message

    return counted


def too_large(at_most: int) -> Problem:
    return Problem(413, "too_large", f"a request has at most {at_most} bytes here")
