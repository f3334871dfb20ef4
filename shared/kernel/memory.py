"""Bus and store in memory, with the contracts of the real ones: tests run one suite on both."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

from shared.kernel.document import Answer, Document, Entry, from_stored, to_stored
from shared.kernel.ports import Hole, Letter
from shared.kernel.record import Message


class MemoryBus:
    """`topics`: what was published, in order. `refuse` (a number) makes the next so many publications raise."""

    def __init__(self) -> None:
        self.topics: dict[str, list[Message]] = defaultdict(list)
        self.refuse = 0

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.refuse:
            self.refuse -= 1
            raise ConnectionError("the broker does not acknowledge")
        for message in messages:
            self.topics[message.topic].append(message)


class MemoryStore:
    def __init__(self) -> None:
        self.documents: dict[str, dict[str, object]] = {}
        self.entries: dict[tuple[str, int], Entry] = {}
        self.kept: dict[str, Letter] = {}
        self.missing: dict[tuple[str, str, int], Hole] = {}

    async def load(self, keys: Collection[str]) -> Mapping[str, Document]:
        return {key: from_stored(self.documents[key]) for key in keys if key in self.documents}

    async def write(self, documents: Sequence[tuple[str, Document]]) -> set[str]:
        missed = set()
        for guard, document in documents:
            old = self.documents.get(document.key)
            if (old["rev"] if old else "") == guard:
                self.documents[document.key] = to_stored(document)
            else:
                missed.add(document.key)
        return missed

    async def append(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self.entries.setdefault((entry.document, entry.position), entry)

    async def journal(self, key: str) -> list[Entry]:
        return [self.entries[place] for place in sorted(self.entries) if place[0] == key]

    async def heard(self, key: str, streams: Collection[str]) -> dict[str, int]:
        known = ((one.stream, one.sequence or 0) for one in await self.journal(key) if one.stream)
        return {stream: number for stream, number in known if stream in streams}

    async def keep(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            self.kept.setdefault(letter.id, letter)

    async def letters(self, key: str) -> list[Letter]:
        found = [letter for letter in self.kept.values() if letter.key == key]
        return sorted(found, key=lambda letter: letter.order)

    async def discard(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            self.kept.pop(letter.id, None)

    async def note(self, holes: Sequence[Hole]) -> None:
        for hole in holes:
            self.missing.setdefault(_which(hole), hole)

    async def holes(self) -> list[Hole]:
        return list(self.missing.values())

    async def filled(self, hole: Hole) -> None:
        self.missing.pop(_which(hole), None)

    async def due(self, now: datetime, limit: int) -> list[str]:
        documents = [from_stored(stored) for stored in self.documents.values()]
        ready = [(d.due, d.key) for d in documents if d.due and d.due <= now and not d.stuck]
        return [key for _, key in sorted(ready)[:limit]]

    async def answer(self, key: str, command: str) -> Answer | None:
        found = await self.load([key])
        return found[key].ids.get(command) if found else None


class MemoryRows:
    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    async def find(self, ids: Collection[str]) -> dict[str, dict[str, Any]]:
        return {id: dict(self.rows[id]) for id in ids if id in self.rows}

    async def add(self, rows: Mapping[str, dict[str, Any]]) -> set[str]:
        there = {id for id in rows if id in self.rows}
        self.rows |= {id: dict(row) for id, row in rows.items() if id not in there}
        return there

    async def extend(self, rows: Mapping[str, dict[str, Any]]) -> int:
        new = dict(takewhile(lambda one: one[0] not in self.rows, rows.items()))
        await self.add(new)
        return len(new)

    async def put(self, id: str, row: dict[str, Any]) -> None:
        self.rows[id] = dict(row)

    async def swap(self, id: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
        there = self.rows.get(id) == old
        if there:
            self.rows[id] = dict(new)
        return there

    async def discard(self, ids: Collection[str]) -> None:
        for id in ids:
            self.rows.pop(id, None)

    async def every(self, **equal: Any) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        for id in sorted(self.rows):
            if equal.items() <= self.rows[id].items():
                yield id, dict(self.rows[id])

    async def newest(self, limit: int, **equal: Any) -> list[dict[str, Any]]:
        return [row async for _, row in self.every(**equal)][: -limit - 1 : -1]


def _which(hole: Hole) -> tuple[str, str, int]:
    return hole.key, hole.stream, hole.sequence
