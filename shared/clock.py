"""Clocks: time is an argument everywhere, so that nine months can pass in minutes and tests need no waiting."""

import asyncio
import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

_FORM = struct.Struct("<ddd")  # the time shown at `since`, `since` in real seconds, how fast it runs
GLANCE = 0.01
"""Seconds between two looks at a clock that may jump."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The time in UTC."""


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SteppedClock:
    """A clock in a small file that many processes share: whoever drives it makes it stand, jump or run.

    Reading costs a memory access; the file is 24 bytes and its format is private to this class.
    """

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _FORM.size)

    @classmethod
    def create(cls, path: Path, start: datetime) -> "SteppedClock":
        path.write_bytes(_FORM.pack(start.timestamp(), time.time(), 0.0))
        return cls(path)

    def now(self) -> datetime:
        shown, since, speed = _FORM.unpack(self._memory[:])
        return datetime.fromtimestamp(shown + (time.time() - since) * speed, UTC)

    def jump(self, to: datetime) -> None:
        """Stand still at `to`."""
        self._memory[:] = _FORM.pack(to.timestamp(), time.time(), 0.0)

    def run(self) -> None:
        """Go on from here as fast as real time."""
        self._memory[:] = _FORM.pack(self.now().timestamp(), time.time(), 1.0)


def open_clock(path: Path | None) -> Clock:
    return SteppedClock(path) if path else RealClock()


async def rest(clock: Clock, seconds: float) -> None:
    """Until so many seconds have passed in truth, or on that clock, where it is one that may jump: whichever is sooner."""
    if not isinstance(clock, SteppedClock):
        await asyncio.sleep(seconds)
        return
    waking, left = clock.now() + timedelta(seconds=seconds), seconds
    while left > 0 and clock.now() < waking:
        await asyncio.sleep(min(left, GLANCE))
        left -= GLANCE
