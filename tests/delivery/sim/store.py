"""A service's database, as one process reaches it: the store in memory, behind a wire."""

import asyncio
import inspect
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from shared.kernel.document import Document
from shared.kernel.memory import MemoryRows, MemoryStore
from shared.kernel.ports import Hole
from tests.delivery.sim.wire import Wire


class Database(MemoryStore):
    """All of one service. `rows`: its collections beside the documents. `on_stuck` is told of documents that are.
    `noted`: there are holes.
    """

    def __init__(self, on_stuck: Callable[[str], None]) -> None:
        super().__init__()
        self.rows: dict[str, MemoryRows] = {}
        self._on_stuck = on_stuck
        self.noted = asyncio.Event()

    async def write(self, documents: Sequence[tuple[str, Document]]) -> set[str]:
        missed = await super().write(documents)
        for _, document in documents:
            if document.stuck and document.key not in missed:
                self._on_stuck(document.key)
        return missed

    async def note(self, holes: Sequence[Hole]) -> None:
        await super().note(holes)
        self.noted.set()

    async def filled(self, hole: Hole) -> None:
        await super().filled(hole)
        if not self.missing:
            self.noted.clear()

    def collection(self, name: str) -> MemoryRows:
        return self.rows.setdefault(name, MemoryRows())

    async def due(self, now: datetime, limit: int) -> list[str]:
        """As the real one: by the field alone."""
        ready = [(stored["due"], key) for key, stored in self.documents.items()
                 if not stored["stuck"] and stored["due"] and stored["due"] <= now]  # fmt: skip
        return [key for _, key in sorted(ready)[:limit]]

    def next_due(self) -> datetime | None:
        return min((stored["due"] for stored in self.documents.values() if stored["due"] and not stored["stuck"]),
                   default=None)  # fmt: skip


class Reached:
    """Anything with async methods, behind a wire: each call is one step of the simulation."""

    def __init__(self, what: Any, wire: Wire, name: str) -> None:
        self._what, self._wire, self._name = what, wire, name

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._what, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def called(*args: Any) -> Any:
            if args and isinstance(args[0], list | tuple | set | dict) and not args[0]:
                return await method(*args)  # of nothing nobody is asked
            return await self._wire.call(f"{self._name}.{name}", lambda: method(*args), *map(_told, args))

        return called


class ReachedStore(Reached):
    """A bulk write is not one step: what fails may have written some of it."""

    async def heard(self, key: str, streams: Collection[str]) -> dict[str, int]:
        self._wire.history.note(self._wire.name, "RECALLED", key)
        found: dict[str, int] = await self._wire.call("store.heard", lambda: self._what.heard(key, streams), key)
        return found

    async def write(self, documents: Sequence[tuple[str, Document]]) -> set[str]:
        if not documents:
            return set()
        cut = self._wire.chance.randint(0, len(documents)) if len(documents) > 1 else 0
        missed: set[str] = set()
        for part in filter(None, (documents[:cut], documents[cut:])):
            about = [f"{document.key}@{document.version}" for _, document in part]
            missed |= await self._wire.call("store.write", lambda part=part: self._what.write(part), *about)
        return missed


def _told(value: Any) -> str:
    """For the history: keys and numbers, short."""
    match value:
        case Collection() if not isinstance(value, str):
            return ",".join(_told(one) for one in list(value)[:5])
        case _ if hasattr(value, "position"):
            return f"{value.document}:{value.position}"
        case _ if hasattr(value, "key"):
            return str(value.key)
    return str(value)[:60]
