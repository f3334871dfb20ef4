"""A shelf: small facts of one service in a collection, and beside it a compacted topic that others read.

What lies on a shelf is no document: nothing decides about it. It outlives its database (`take` puts the topic's
records back) and its broker (`messages` tells everything again). A row that is gone stays as `{gone: True}`, so that
it is not made again, and is a tombstone on the topic.
"""

import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.clock import Clock
from shared.kernel.ports import Bus, Rows
from shared.kernel.record import Message, encode, envelope

if TYPE_CHECKING:
    from shared.store import MongoStore  # the driver takes long to load, and whoever has a shelf in memory needs none

Row = dict[str, Any]

SHELVES: Mapping[str, Mapping[str, str]] = {
    "intake": {
        "keys": "resident-keys", "partners": "partners", "audit": "intake.audit", "handled": "intake.handled-letters",
    },
    "matching": {"keys": "supporter-keys", "audit": "matching.audit", "handled": "matching.handled-letters"},
    "notify": {"audit": "notify.audit", "handled": "notify.handled-letters"},
    "stats": {"audit": "stats.audit", "handled": "stats.handled-letters"},
}  # fmt: skip
"""Service → collection → topic, one writer each."""
GONE: Row = {"gone": True}


@dataclass(frozen=True)
class Shelf:
    """`service` is the one that writes it."""

    service: str
    topic: str
    rows: Rows
    bus: Bus
    clock: Clock

    async def find(self, ids: Collection[str]) -> dict[str, Row]:
        """By id, gone rows too; what was never there is absent."""
        return await self.rows.find(ids)

    async def add(self, rows: Mapping[str, Row]) -> set[str]:
        """Stores those that are not there yet; returns the ids that were. Nothing is told yet."""
        return await self.rows.add(rows)

    async def extend(self, rows: Mapping[str, Row]) -> int:
        """Stores them in their order, up to the first that is there already; returns how many. Nothing is told yet."""
        return await self.rows.extend(rows)

    async def put(self, id: str, row: Row) -> None:
        """Stores it in place of what was there, and tells it."""
        await self.rows.put(id, row)
        await self.tell({id: row})

    async def remove(self, id: str) -> None:
        await self.put(id, GONE)

    async def tell(self, rows: Mapping[str, Row]) -> None:
        """Publishes them, acknowledged; a gone row is a tombstone."""
        await self.bus.publish([self._message(id, row) for id, row in rows.items()])

    async def messages(self) -> AsyncIterator[Message]:
        """All of it, for a broker that has forgotten."""
        async for id, row in self.rows.every():
            yield self._message(id, row)

    async def take(self, records: Iterable[tuple[str, bytes | None]]) -> int:
        """Puts back what the topic says and the collection lacks, or has otherwise; returns how many rows that were.

        So a restored backup gets keys as they were wrapped since. What is gone stays gone on either side: whom a
        backup still holds, and was erased since, is thrown away.
        """
        told = dict(records)
        known = await self.find(told)
        rows = {key: json.loads(value) if value is not None else GONE for key, value in told.items()}
        lacking = {key: row for key, row in rows.items() if known.get(key) not in (row, GONE)}
        for key, row in lacking.items():
            await self.rows.put(key, row)
        return len(lacking)

    def _message(self, id: str, row: Row) -> Message:
        head = envelope(
            id=f"{self.topic}:{id}",
            source=f"/tsunagu/{self.service}/{self.topic}",
            type="tsunagu.shelf.row.v1",
            time=self.clock.now().isoformat(timespec="seconds"),
        )
        return Message(self.topic, id, None if row == GONE else encode(row), head)


def topics() -> list[str]:
    return [topic for shelves in SHELVES.values() for topic in shelves.values()]


def shelf(service: str, name: str, store: "MongoStore", bus: Bus, clock: Clock) -> Shelf:
    """`name`: of its collection, as in SHELVES."""
    return Shelf(service, SHELVES[service][name], store.rows(name), bus, clock)
