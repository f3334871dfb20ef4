"""An event loop without waiting: time jumps to the next timer, and of what is ready chance picks what runs next."""

import asyncio
import contextlib
import gc
import heapq
import warnings
from collections.abc import Coroutine
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")


class Standstill(AssertionError):
    """Nothing is ready and nothing is waited for: the run can never end."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """Seconds begin at 0. No threads, no sockets, no clock of the machine's."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance, self._seconds = chance, 0.0
        self.hung: list[asyncio.Future[None]] = []
        self.set_exception_handler(lambda _loop, _what: None)  # tasks of killed processes are never heard of again

    def time(self) -> float:
        return self._seconds

    def _run_once(self) -> None:
        ready: Any = self._ready  # type: ignore[attr-defined]
        if not ready:
            self._advance()
        if len(ready) > 1:
            ready.rotate(-self._chance.randrange(len(ready)))
        handle = ready.popleft()
        if not handle._cancelled:
            handle._run()

    def _advance(self) -> None:
        """To the next timer, and all that is due then."""
        timers: Any = self._scheduled  # type: ignore[attr-defined]
        while timers and timers[0]._cancelled:
            heapq.heappop(timers)._scheduled = False
        if not timers:
            raise Standstill("nobody has anything left to do, and the run is not over")
        self._seconds = max(self._seconds, timers[0]._when)
        while timers and timers[0]._when <= self._seconds:
            timer = heapq.heappop(timers)
            timer._scheduled = False
            self._ready.append(timer)  # type: ignore[attr-defined]

    def _process_events(self, event_list: Any) -> None:
        """There are no sockets."""

    def _write_to_self(self) -> None:
        """There are no threads."""


async def for_ever() -> None:
    """Of a dead process: no call returns. Kept by the loop, or the collector of garbage would end it at some moment."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    hung = loop.create_future()
    loop.hung.append(hung)
    await hung


def run(seed: int, what: Coroutine[Any, Any, T]) -> T:
    loop = SimulatedLoop(Random(f"{seed} order"))
    asyncio.set_event_loop(loop)
    gc.disable()
    try:
        return loop.run_until_complete(what)
    finally:
        _close(loop)
        asyncio.set_event_loop(None)
        gc.enable()


def _close(loop: SimulatedLoop) -> None:
    """What still hangs at the end; whatever it then tries is no matter any more."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for task in asyncio.all_tasks(loop):
            with contextlib.suppress(BaseException):
                task.get_coro().close()
