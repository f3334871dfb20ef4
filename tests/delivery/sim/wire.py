"""Between one process and everything outside it: each call may be late, fail, lose its answer, or be the process's last."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from tests.delivery.sim.history import History
from tests.delivery.sim.loop import for_ever

T = TypeVar("T")
WAIT, SLOW = 0.01, 3.0
"""Seconds that a call takes, at most; and one that is slow."""
CANCELLED = ("store.load", "store.write")
"""Steps of a batch in hand alone."""


@dataclass
class Storm:
    """How often (of 1) a call: kills its process, before or after what it does; raises, before or after; is slow;
    is cancelled from inside, as a library does that leaks its own cancellation. `bug`: how often a decision raises.
    `tear`: how often the first of two pieces of a publication is lost, where producers are not idempotent. `skip`: how
    often a consumer passes over a record, which its broker never lets it do.
    """

    crash: float = 0.004
    fail: float = 0.01
    slow: float = 0.01
    cancel: float = 0.003
    bug: float = 0.003
    tear: float = 0.1
    skip: float = 0.03

    def over(self) -> None:
        self.crash = self.fail = self.slow = self.cancel = self.bug = self.tear = self.skip = 0.0


class Wire:
    """`on_crash` is told once. Of a dead process no call ever returns: it ends between two steps, and tidies nothing."""

    def __init__(self, name: str, storm: Storm, chance: Random, history: History, on_crash: Callable[[], None]) -> None:
        self.name, self.storm, self.chance, self.history = name, storm, chance, history
        self._on_crash = on_crash
        self.dead = False
        self._frozen_until = 0.0

    async def call(self, step: str, effect: Callable[[], Awaitable[T]], *about: Any) -> T:
        """`effect` happens at one moment, at once and whole."""
        early = not self.answers or self.chance.random() < 0.5
        if early:
            await self.pause()
        await self._fault(step, "before", about)
        result = await effect()
        self.history.note(self.name, step, *about)
        await self._fault(step, "after", about)
        if not early:
            await self.pause()
        return result

    async def _fault(self, step: str, when: str, about: tuple[Any, ...]) -> None:
        drawn = self.chance.random()
        if drawn < self.storm.crash / 2:
            self.history.note(self.name, f"CRASH {when} {step}", *about)
            self.crash()
            await self.pause()
        elif drawn < (self.storm.crash + self.storm.fail) / 2:
            self.history.note(self.name, f"FAILURE {when} {step}", *about)
            raise ConnectionError(f"simulated {when} {step}")
        elif drawn > 1 - self.storm.cancel and step in CANCELLED:
            self.history.note(self.name, f"CANCELLED {when} {step}", *about)
            raise asyncio.CancelledError

    async def pause(self) -> None:
        """The time that a way takes; as long as the process is frozen; for ever, once it is dead."""
        limit = SLOW if self.chance.random() < self.storm.slow else WAIT
        await asyncio.sleep(self.chance.random() * limit)
        while (left := self._frozen_until - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(left)
        if self.dead:
            await for_ever()

    def crash(self) -> None:
        if not self.dead:
            self.dead = True
            self._on_crash()

    def freeze(self, seconds: float) -> None:
        self._frozen_until = asyncio.get_running_loop().time() + seconds
        self.history.note(self.name, "FROZEN", f"{seconds:.1f} s")

    def thaw(self) -> None:
        self._frozen_until = 0.0

    @property
    def answers(self) -> bool:
        """Would it answer the broker now?"""
        return not self.dead and self._frozen_until <= asyncio.get_running_loop().time()
