"""Doing harm, and measuring how long it lasts."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from tests.chaos.arena import Arena
from tests.chaos.load import Load
from tests.chaos.plan import AT_ONCE, SERVICES, Fault, Kind
from tests.chaos.watch import Watch
from tests.delivery.support.network import until

AT_WORK_WITHIN = 60
NO_PROGRESS = 300.0
"""Seconds after which it is no slow recovery any more."""


@dataclass
class Hit:
    """A fault that has happened. `recovered`: seconds to the next progress of what was hit; None: not yet."""

    fault: Fault
    at: float
    recovered: float | None = None

    @property
    def services(self) -> list[str]:
        """Without broker or database nobody works."""
        own = [name for name in SERVICES if self.fault.target.split("-")[0] == name]
        return own or list(SERVICES)


@dataclass
class Hits:
    """`done`: in their order. `flaws`: what was not as it must be."""

    arena: Arena
    watch: Watch
    load: Load
    done: list[Hit] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)
    over: bool = False

    async def run(self, faults: list[Fault]) -> None:
        """Returns when all of them have happened and everything has recovered."""
        async with asyncio.TaskGroup() as group:
            recovering: set[asyncio.Task[None]] = set()
            for fault in faults:
                await asyncio.sleep(fault.gap)
                alone = fault.target == "broker" and fault.kind is Kind.KILL
                recovering = await _fewer(recovering, 1 if alone else AT_ONCE)
                hit = Hit(fault, await self._do(fault, group))
                self.done.append(hit)
                recovering = {*recovering, group.create_task(self._recovery(hit))}
                if alone:  # who recovers meanwhile would measure its start once more
                    recovering = await _fewer(recovering, 1)
        self.over = True

    async def _do(self, fault: Fault, group: asyncio.TaskGroup) -> float:
        """Returns the moment of the harm, on the monotonic clock."""
        match fault.kind:
            case Kind.SEVER:
                cut = self.arena.backing.links[fault.target].cut
                number = await until(f"{fault.target} has clients", _soon(cut), AT_WORK_WITHIN, pause=0.1)
                return self._told(fault, f"{number} connections cut")
            case Kind.REBALANCE:
                return await self._rebalance(fault)
            case Kind.KILL:
                return self._told(fault, f"pid {await self._signal(fault, signal.SIGKILL)}")
            case Kind.STOP:
                said = len(self.arena.lines.said)
                at = self._told(fault, f"pid {await self._signal(fault, signal.SIGTERM)}")
                group.create_task(self._ended_well(fault, said))
                return at
            case Kind.FREEZE:
                pid = await self._signal(fault, signal.SIGSTOP)
                group.create_task(self._thaw(fault, pid))
                return self._told(fault, f"pid {pid}, for {fault.lasts:.1f} s")

    def _told(self, fault: Fault, how: str) -> float:
        self.arena.lines.line(fault.kind, f"{fault.target} ({how})")
        return time.monotonic()

    async def _signal(self, fault: Fault, number: signal.Signals) -> int:
        """Only one that is at work: what has not begun has nothing to lose. Returns the process."""

        async def hit() -> int:
            pid = self.arena.pid(fault.target)
            if not pid or not await self._at_work(fault.target):
                return 0
            os.kill(pid, number)
            return pid

        return int(await until(f"{fault.target} is at work", hit, AT_WORK_WITHIN, pause=0.1))

    async def _at_work(self, name: str) -> bool:
        part = self.arena.parts[name].part
        if not part.address.startswith("http"):
            return await part.ready() is None
        try:
            return (await self.arena.net.http.get(f"{part.address}/health/live", timeout=2)).is_success
        except httpx.HTTPError:
            return False

    async def _rebalance(self, fault: Fault) -> float:
        guests = self.arena.guests
        if guest := guests.pop(fault.target, None):
            at = self._told(fault, "its third replica leaves")
            await guest.stop()
            return at
        guests[fault.target] = guest = self.arena.replica(f"{fault.target}-3", fault.target)
        self.arena.lines.line(fault.kind, f"{fault.target} (a third replica joins)")
        await guest.start()
        return time.monotonic()

    async def _thaw(self, fault: Fault, pid: int) -> None:
        await asyncio.sleep(fault.lasts)
        if self.arena.pid(fault.target) == pid:
            os.kill(pid, signal.SIGCONT)
            self.arena.lines.line("thaw", f"{fault.target} (pid {pid}): it thinks that no time has passed")

    async def _ended_well(self, fault: Fault, said: int) -> None:
        """A graceful stop leaves with 0; when it was killed meanwhile, there is nothing to say."""

        async def word() -> str | None:
            return next((what for part, what in self.arena.lines.said[said:] if part == fault.target), None)

        how = await until(f"{fault.target} ended", word, 40)
        if not how.startswith("died, exit code 0") and "SIGKILL" not in how:
            self.flaws.append(f"{fault} ended with: {how}")

    async def _recovery(self, hit: Hit) -> None:
        try:
            async with asyncio.timeout(NO_PROGRESS):
                end = await self.watch.went_on(hit.at, hit.services, idle=lambda: self.load.over)
        except TimeoutError:
            self.flaws.append(f"{hit.fault}: no progress within {NO_PROGRESS:g} s")
            self.arena.lines.line("TROUBLE", self.flaws[-1])
            return
        hit.recovered = end - hit.at
        self.arena.lines.line("goes on", f"{', '.join(hit.services)}: {hit.recovered:.1f} s after {hit.fault}")


async def _fewer(recovering: set[asyncio.Task[None]], than: int) -> set[asyncio.Task[None]]:
    """Waits until fewer of them are under way, and returns those."""
    while len(recovering) >= than:
        _, recovering = await asyncio.wait(recovering, return_when=asyncio.FIRST_COMPLETED)
    return recovering


def _soon(answer: Callable[[], int]) -> Callable[[], Awaitable[int]]:
    async def asked() -> int:
        return answer()

    return asked
