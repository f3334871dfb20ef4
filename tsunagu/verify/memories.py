"""What a service remembers: its documents and its journal, read from the database directly."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pymongo import AsyncMongoClient

from shared.store import connect

Stored = Mapping[str, Any]
Client = AsyncMongoClient[dict[str, Any]]
AT_ONCE = 2000


@dataclass(frozen=True)
class Memory:
    """`journals`: document → its entries by position. `letters`: document → the ids of the inputs that lie aside for it."""

    service: str
    documents: Mapping[str, Stored]
    journals: Mapping[str, Mapping[int, Stored]]
    letters: Mapping[str, Collection[str]]

    def lies_aside(self, record: str) -> bool:
        return record in self._aside

    @cached_property
    def _aside(self) -> set[str]:
        """The records, whichever broker they were of."""
        return {id_.rpartition(":")[2] for ids in self.letters.values() for id_ in ids}

    def entries(self) -> Iterator[Stored]:
        """All of them, with those that are decided and stand in no journal yet."""
        for key in self.names():
            yield from self.entries_of(key)

    def names(self) -> list[str]:
        return sorted({*self.documents, *self.journals})

    def entries_of(self, key: str) -> list[Stored]:
        waiting = map(json.loads, self.documents.get(key, {}).get("outbox", ()))
        outbox = {entry["position"]: entry for entry in waiting}
        every = {**outbox, **self.journals.get(key, {})}
        return [every[position] for position in sorted(every)]


async def read_memories(mongo: str, services: tuple[str, ...]) -> dict[str, Memory]:
    """Raises TsunaguError for options of the database that no client has."""
    connect(mongo).close()  # the other would pass over them, and with a misspelt one encrypt nothing
    client: Client = AsyncMongoClient(mongo, tz_aware=True, serverSelectionTimeoutMS=5000)
    try:
        return {service: await _read(client, service) for service in services}
    finally:
        await client.close()


async def _read(client: Client, service: str) -> Memory:
    """Documents first: whatever they have decided is then in their outbox or in the journal."""
    db = client.get_database(f"tsunagu_{service}")
    wanted = {"version": 1, "state": 1, "evolve": 1, "due": 1, "outbox": 1, "stuck": 1}
    documents = await db.documents.find({}, wanted, batch_size=AT_ONCE).to_list(None)
    journals: dict[str, dict[int, Stored]] = defaultdict(dict)
    for row in await db.journal.find({}, batch_size=AT_ONCE).to_list(None):
        del row["_id"]
        journals[row["document"]][row["position"]] = row
    letters: dict[str, list[str]] = defaultdict(list)
    for row in await db.letters.find({}, {"key": 1}).to_list(None):
        letters[row["key"]].append(row["_id"])
    return Memory(service, {row["_id"]: row for row in documents}, journals, letters)
