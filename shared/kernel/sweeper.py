"""The sweeper: writes a tick for every document whose time has come, but only once the commands before it are done."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.clock import Clock
from shared.kernel.commands import Commands
from shared.kernel.ports import Store

AT_ONCE = 500
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
GLANCE = 0.005
"""Seconds between two looks at the clock, which cost nothing."""


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

    async def sweep(self) -> int:
        """One round; returns how many ticks were written."""
        now = self.clock.now()
        keys = [key for key in await self.store.due(now, AT_ONCE) if self.owns(key)]
        if not keys:
            self.swept = now
            return 0
        if await self.lag():
            return 0
        await self.commands.send(self.commands.ticks(keys))
        return len(keys)

    async def run(self, pause: float, on_error: Callable[[str, BaseException], None]) -> None:
        """For ever. `pause`: seconds between rounds; sooner when the clock has jumped."""
        while True:
            try:
                await self.sweep()
            except Exception as error:  # a broker or database away: the next round will tell
                on_error("sweeper", error)
                await asyncio.sleep(1)
            await self._rest(pause)

    async def _rest(self, pause: float) -> None:
        before, waited = self.clock.now(), 0.0
        while waited < pause and self.clock.now() - before < timedelta(seconds=pause):
            await asyncio.sleep(min(pause, GLANCE))
            waited += GLANCE
