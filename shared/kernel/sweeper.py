"""The sweeper: writes a tick for every document whose time has come, but only once the commands before it are done."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.clock import Clock, rest
from shared.kernel.commands import Commands
from shared.kernel.ports import Store

AT_ONCE = 500
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FURTHER_EACH = 10.0
"""Seconds between two looks behind what is due to others: of that there may be much."""


@dataclass
class Sweeper:
    """`lag`: how many commands of ours are not committed; while there are any, nothing is swept: no storm after a
    downtime. `owns`: is this replica the writer of that document? `swept`: up to which time all that was due has
    had its tick.
    """

    commands: Commands
    store: Store
    clock: Clock
    lag: Callable[[], Awaitable[int]]
    owns: Callable[[str], bool]
    swept: datetime = LONG_AGO
    _further_at: float = float("-inf")

    async def sweep(self) -> int:
        """One round; returns how many ticks were written."""
        now = self.clock.now()
        due = await self._due(now)
        keys = [key for key in due if self.owns(key)][:AT_ONCE]
        if not keys and len(due) < AT_ONCE:
            self.swept = now
        if not keys or await self.lag():
            return 0
        await self.commands.send(self.commands.ticks(keys))
        return len(keys)

    async def _due(self, now: datetime) -> list[str]:
        """The longest due. Where all of it is another replica's, which may be held up, seldom also what lies behind it: as
        far as the first of ours.
        """
        limit, further = AT_ONCE, time.monotonic() >= self._further_at
        due = await self.store.due(now, limit)
        while further and len(due) == limit and not any(map(self.owns, due)):
            self._further_at = time.monotonic() + FURTHER_EACH
            limit *= 2
            due = await self.store.due(now, limit)
        return due

    async def run(self, pause: float, on_error: Callable[[str, BaseException], None]) -> None:
        """For ever. `pause`: seconds between rounds; sooner when the clock has jumped."""
        while True:
            try:
                await self.sweep()
            except Exception as error:  # a broker or database away: the next round will tell
                on_error("sweeper", error)
                await asyncio.sleep(1)
            await rest(self.clock, pause)
