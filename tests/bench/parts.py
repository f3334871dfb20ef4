"""Where the kernel's time goes: what it waits for, and what it does itself."""

import cProfile
import inspect
import pstats
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

WORK = {
    "a batch: all that the event loop's thread does": ("kernel.py", "process"),
    "parse: headers, pydantic": ("record.py", "read"),
    "fold: decide, evolve, number, size": ("fold.py", "fold"),
    "of it: deciding and writing the entry": ("step.py", "step"),
    "write: document to what is stored": ("document.py", "to_stored"),
    "journal: entry to what is stored": ("document.py", "entry_stored"),
    "journal: entry to its message": ("journal.py", "record"),
    "events: to messages": ("journal.py", "events"),
    "publish: into batches, handed to the producer": ("bus.py", "_in_order"),
    "report: counts, answers": ("kernel.py", "_report"),
}
"""Part → (end of file, function) whose time, with all that it calls, is the part's."""


@dataclass
class Waits:
    """Seconds by what was awaited; they overlap where two are awaited together."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def around(self, part: Any) -> Any:
        return _Timed(part, self)


class _Timed:
    """All of another object, its coroutines timed."""

    def __init__(self, part: Any, waits: Waits) -> None:
        self._part, self._waits = part, waits

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def timed(*arguments: Any) -> Any:
            began = time.perf_counter()
            try:
                return await found(*arguments)
            finally:
                self._waits.seconds[name] += time.perf_counter() - began

        return timed


@contextmanager
def profiled() -> Iterator[cProfile.Profile]:
    """Seconds of a processor of this thread; the database driver's threads, and waiting, are not in them."""
    profile = cProfile.Profile(time.thread_time)
    profile.enable()
    try:
        yield profile
    finally:
        profile.disable()


def by_part(profile: cProfile.Profile) -> dict[str, float]:
    """Seconds; the profiler's own are in them, most where most is called."""
    stats: dict[tuple[str, int, str], Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    return {
        part: sum(row[3] for (path, _, name), row in stats.items() if path.endswith(file) and name == function)
        for part, (file, function) in WORK.items()
    }
