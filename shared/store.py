"""The database: the one module that knows motor. Only calls that pymongo.AsyncMongoClient has too."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, ReplaceOne
from pymongo.errors import BulkWriteError, ConnectionFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.kernel.document import Answer, Document, Entry, entry_from, entry_stored, from_stored, to_stored
from shared.kernel.ports import Letter

DUPLICATE = 11000
TIMEOUT_MS = 20_000
"""A stopped server would otherwise hang the driver for ever."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Before anything was due. Without a lower end SecantusDB reads every document instead of the index: 50 times slower."""

DatabaseError = PyMongoError


def connect(url: str) -> "AsyncIOMotorClient[dict[str, Any]]":
    """Writes are not retried by the driver: whoever writes does it again itself, and its guard tells what had happened.

    (SecantusDB looks through all retryable writes of the last half hour at each one: two thirds of its time.)
    """
    return AsyncIOMotorClient(
        url, timeoutMS=TIMEOUT_MS, serverSelectionTimeoutMS=5000, retryWrites=False, tz_aware=True
    )


class MongoStore:
    """shared.kernel.ports.Store on MongoDB: collections `documents`, `journal` and `letters` of one database.

    Writes wait for the majority's journal: without it a killed server lost 16 of 3,108 acknowledged writes.
    """

    def __init__(self, client: Any, database: str, *, find_at_once: int = 50) -> None:
        """`find_at_once`: ids in one `$in`; SecantusDB's cost grows with the square of their number."""
        self._db = client.get_database(
            database, write_concern=WriteConcern("majority", j=True), read_concern=ReadConcern("majority")
        )
        self.documents = self._db.get_collection("documents")
        self._journal = self._db.get_collection("journal")
        self._letters = self._db.get_collection("letters")
        self._at_once = find_at_once

    async def prepare(self) -> None:
        """Indexes: may be called again."""
        await self.documents.create_index([("due", ASCENDING)])
        await self._journal.create_index([("document", ASCENDING), ("position", ASCENDING)])
        await self._letters.create_index([("key", ASCENDING)])

    def collection(self, name: str) -> Any:
        """A collection of the service's own beside its documents."""
        return self._db.get_collection(name)

    async def ping(self) -> None:
        await self._db.command("ping")

    async def load(self, keys: Collection[str]) -> Mapping[str, Document]:
        wanted = list(keys)
        parts = [wanted[i : i + self._at_once] for i in range(0, len(wanted), self._at_once)]
        found = await asyncio.gather(*(self._find(part) for part in parts))
        return {stored["_id"]: from_stored(stored) for part in found for stored in part}

    async def _find(self, keys: list[str]) -> list[dict[str, Any]]:
        cursor = self.documents.find({"_id": {"$in": keys}}, batch_size=len(keys) + 1)
        found: list[dict[str, Any]] = await cursor.to_list(None)
        return found

    async def write(self, documents: Sequence[tuple[str, Document]]) -> set[str]:
        """One unordered bulk write. With upsert, a missed guard comes back as a duplicate `_id` with its index."""
        if not documents:
            return set()
        replacements = [
            ReplaceOne({"_id": document.key, "rev": guard}, to_stored(document), upsert=True)
            for guard, document in documents
        ]
        missed = await _unless_duplicate(self.documents.bulk_write(replacements, ordered=False))
        return {documents[index][1].key for index in missed}

    async def append(self, entries: Sequence[Entry]) -> None:
        if entries:
            rows = [{"_id": f"{entry.document}:{entry.position}", **entry_stored(entry)} for entry in entries]
            await _unless_duplicate(self._journal.insert_many(rows, ordered=False))

    async def journal(self, key: str) -> list[Entry]:
        return [entry async for entry in self.entries({"document": key})]

    async def entries(self, where: Mapping[str, Any]) -> Any:
        """Journal entries, by document and position."""
        cursor = self._journal.find(where, sort=[("document", ASCENDING), ("position", ASCENDING)])
        async for row in cursor:
            row.pop("_id")
            yield entry_from(row)

    async def keep(self, letters: Sequence[Letter]) -> None:
        if letters:
            rows = [{"_id": letter.id, **asdict(letter)} for letter in letters]
            await _unless_duplicate(self._letters.insert_many(rows, ordered=False))

    async def letters(self, key: str) -> list[Letter]:
        rows = await self._letters.find({"key": key}, {"_id": 0}).to_list(None)
        return sorted((Letter(**row) for row in rows), key=lambda letter: letter.order)

    async def discard(self, letters: Sequence[Letter]) -> None:
        await self._letters.delete_many({"_id": {"$in": [letter.id for letter in letters]}})

    async def due(self, now: datetime, limit: int) -> list[str]:
        cursor = self.documents.find(
            {"due": {"$gt": LONG_AGO, "$lte": now}, "stuck": None}, {"_id": 1}, sort=[("due", ASCENDING)], limit=limit
        )
        return [row["_id"] async for row in cursor]

    async def next_due(self) -> datetime | None:
        """The earliest time at which a document wants to be looked at."""
        waits = {"due": {"$gt": LONG_AGO}, "stuck": None}
        found = await self.documents.find_one(waits, {"due": 1}, sort=[("due", ASCENDING)])
        return found["due"] if found else None

    async def answer(self, key: str, command: str) -> Answer | None:
        found = await self.load([key])
        return found[key].ids.get(command) if found else None


async def _unless_duplicate(writing: Any) -> list[int]:
    """Awaits a bulk write; returns the indexes that were duplicates, raises for everything else."""
    try:
        await writing
    except BulkWriteError as error:
        details = error.details
        others = [e for e in details["writeErrors"] if e["code"] != DUPLICATE]
        if others or details.get("writeConcernErrors"):
            raise
        return [e["index"] for e in details["writeErrors"]]
    return []


__all__ = ["ConnectionFailure", "DatabaseError", "MongoStore", "connect"]
