"""Documents, their journal, letters and holes in the database, and the way there."""

import asyncio
import os
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from ssl import SSLError
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, InsertOne, ReplaceOne
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.errors import TsunaguError
from shared.kernel.document import Answer, Document, Entry, entry_from, entry_stored, from_stored, to_stored
from shared.kernel.ports import Hole, Letter
from shared.store.rows import AT_ONCE, MongoRows, insert_absent, unless_duplicate

TIMEOUT_MS = 20_000
"""A stopped server would otherwise hang the driver for ever."""
FLUSHED_EACH = 4
"""Writes of one bulk up to which it is sooner done flushed at once than with a flush of its own after it: 1.4 ms to 3.0."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Before anything was due. Without a lower end SecantusDB reads every document instead of the index: 50 times slower."""

DatabaseError = PyMongoError


def connect(url: str) -> "AsyncIOMotorClient[dict[str, Any]]":
    """Writes are not retried by the driver: whoever writes does it again itself, and its guard tells what had happened.

    Raises TsunaguError for options that no client can have. (SecantusDB looks through all retryable writes of the last half
    hour at each one: two thirds of its time.)
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # tls=yes would else be passed over, and nothing be encrypted
            return AsyncIOMotorClient(
                url, timeoutMS=TIMEOUT_MS, serverSelectionTimeoutMS=5000, retryWrites=False, tz_aware=True
            )
    except (PyMongoError, ValueError, UserWarning, OSError) as error:  # of its options: what it says holds no password
        raise TsunaguError(f"TSUNAGU_MONGO: {_told(error)}") from error


def _told(error: Exception) -> str:
    """The driver speaks to programmers, and of a file of certificates OpenSSL does."""
    if isinstance(error, SSLError) or "SSL" in str(error):
        return "a file that its options name holds no certificate in PEM, or not with its private key"
    if isinstance(error, OSError):  # a file that its options name
        return f"{str(error.strerror).removeprefix('The ')}: {os.strerror(error.errno or 0)}"
    if str(error).startswith("Unknown option"):
        return "behind its ? stands an option that no MongoDB client has; see it through for a slip"
    if "RFC 3986" in str(error):
        return "in its user and password every sign of :/?#[]@% is to be percent-encoded"
    return str(error)


class MongoStore:
    """shared.kernel.ports.Store on MongoDB: collections `documents`, `journal`, `letters` and `holes` of one database.

    Writes wait for the majority's journal: without it a killed server lost 16 of 3,108 acknowledged writes.
    """

    def __init__(self, client: Any, database: str, *, find_at_once: int = AT_ONCE) -> None:
        """`find_at_once`: see AT_ONCE. `listed_by`: fields in whose order pages list documents, set before `prepare`."""
        self.name = database
        self.listed_by: tuple[str, ...] = ()
        self._db = client.get_database(
            database, write_concern=WriteConcern("majority", j=True), read_concern=ReadConcern("majority")
        )
        self.documents = self._db.get_collection("documents")
        self._unflushed = self._db.get_collection("documents", write_concern=WriteConcern("majority"))
        self._journal = self._db.get_collection("journal")
        self._letters = self._db.get_collection("letters")
        self._holes = self._db.get_collection("holes")
        self._at_once = find_at_once

    async def prepare(self) -> None:
        """Indexes: may be called again."""
        await self.documents.create_index([("due", ASCENDING)])
        if self.listed_by:  # sparse: other documents do not pay for it
            await self.documents.create_index([(field, ASCENDING) for field in self.listed_by], sparse=True)
        await self._letters.create_index([("key", ASCENDING)])

    def rows(self, name: str) -> MongoRows:
        return MongoRows(self._db.get_collection(name))

    def collection(self, name: str) -> Any:
        """A collection of the service's own beside its documents."""
        return self._db.get_collection(name)

    async def names(self) -> list[str]:
        """Of all collections."""
        return sorted(await self._db.list_collection_names())

    async def ping(self) -> None:
        """Asks what needs a user's rights and the database's files: to its own `ping` it answers without either."""
        await self._db.get_collection("meta").find_one({}, {"_id": 1})

    async def load(self, keys: Collection[str]) -> Mapping[str, Document]:
        rows = await self._by_id(self.documents, list(keys), None)
        return {stored["_id"]: from_stored(stored) for stored in rows}

    async def _by_id(self, collection: Any, ids: list[str], fields: dict[str, int] | None) -> list[dict[str, Any]]:
        parts = [ids[i : i + self._at_once] for i in range(0, len(ids), self._at_once)]
        found = await asyncio.gather(
            *(collection.find({"_id": {"$in": part}}, fields, batch_size=len(part) + 1).to_list(None) for part in parts)
        )
        return [row for part in found for row in part]

    async def write(self, documents: Sequence[tuple[str, Document]]) -> set[str]:
        """One unordered bulk write. A missed guard comes back as a duplicate `_id` with its index."""
        if not documents:
            return set()
        writes = [_guarded(guard, document) for guard, document in documents]
        if len(writes) <= FLUSHED_EACH:
            missed = await unless_duplicate(self.documents.bulk_write(writes, ordered=False))
        else:
            missed = await unless_duplicate(self._unflushed.bulk_write(writes, ordered=False))
            await self._flush(documents[0][1].rev)
        return {documents[index][1].key for index in missed}

    async def _flush(self, token: str) -> None:
        """Waits until all that was acknowledged is in the database's journal: that is written in order, so this write
        stands for those before it. (SecantusDB flushes for each write of a bulk else, which for many is half their time.)
        """
        await self._db.get_collection("flushes").replace_one({"_id": "documents"}, {"token": token}, upsert=True)

    async def append(self, entries: Sequence[Entry]) -> None:
        if entries:
            rows = [{"_id": _line(entry.document, entry.position), **entry_stored(entry)} for entry in entries]
            await unless_duplicate(self._journal.insert_many(rows, ordered=False))

    async def journal(self, key: str) -> list[Entry]:
        return [entry async for entry in self.entries(_lines(key))]

    async def heard(self, key: str, streams: Collection[str]) -> dict[str, int]:
        where = {**_lines(key), "stream": {"$in": list(streams)}}
        rows = self._journal.find(where, {"stream": 1, "sequence": 1}, sort=[("_id", ASCENDING)])
        return {row["stream"]: row["sequence"] async for row in rows}

    async def history(self, key: str) -> list[Entry]:
        """All decisions on a document, as far as its state has them: also those that have just been written and are still
        to be told.
        """
        document = (await self.load([key])).get(key)
        waiting = document.outbox if document else ()
        known = {entry.position: entry for entry in (*waiting, *await self.journal(key))}
        return [known[position] for position in sorted(known)]

    async def entries(self, where: Mapping[str, Any]) -> Any:
        """Journal entries, by document and position."""
        cursor = self._journal.find(where, sort=[("_id", ASCENDING)])
        async for row in cursor:
            row.pop("_id")
            yield entry_from(row)

    async def lines(self, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], Entry]:
        """Journal entries by document and position; those that are not there are absent."""
        rows = await self._by_id(self._journal, [_line(*one) for one in wanted], None)
        entries = [entry_from({name: value for name, value in row.items() if name != "_id"}) for row in rows]
        return {(entry.document, entry.position): entry for entry in entries}

    async def versions(self, keys: Collection[str]) -> dict[str, int]:
        """Of the documents that exist."""
        rows = await self._by_id(self.documents, list(keys), {"version": 1})
        return {row["_id"]: row["version"] for row in rows}

    async def has_journal(self) -> bool:
        return await self._journal.find_one({}, {"_id": 1}) is not None

    async def keep(self, letters: Sequence[Letter]) -> None:
        if letters:
            rows = [{"_id": letter.id, **asdict(letter)} for letter in letters]
            await unless_duplicate(self._letters.insert_many(rows, ordered=False))

    async def letters(self, key: str) -> list[Letter]:
        rows = await self._letters.find({"key": key}, {"_id": 0}).to_list(None)
        return sorted((Letter(**row) for row in rows), key=lambda letter: letter.order)

    async def discard(self, letters: Sequence[Letter]) -> None:
        await self._letters.delete_many({"_id": {"$in": [letter.id for letter in letters]}})

    async def note(self, holes: Sequence[Hole]) -> None:
        await insert_absent(self._holes, [{"_id": _hole(hole), **asdict(hole)} for hole in holes])

    async def holes(self) -> list[Hole]:
        """All that are noted: few, and mostly filled meanwhile."""
        return [Hole(**row) async for row in self._holes.find({}, {"_id": 0})]

    async def filled(self, hole: Hole) -> None:
        await self._holes.delete_one({"_id": _hole(hole)})

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


def _line(document: str, position: int) -> str:
    """The `_id` of a journal entry. It sorts by document and position: an index of its own would double each append."""
    return f"{document}:{position:08}"


def _lines(document: str) -> dict[str, Any]:
    """Where the whole journal of a document lies."""
    return {"_id": {"$gte": _line(document, 0), "$lt": f"{document};"}}


def _hole(hole: Hole) -> str:
    """With its number: a stream may have another hole before anybody has looked at the first."""
    return f"{hole.key}|{hole.stream}|{hole.sequence}"


def _guarded(guard: str, document: Document) -> "InsertOne[dict[str, Any]] | ReplaceOne[dict[str, Any]]":
    """Without a guard it is to be new. With upsert, one whose rev is another is inserted beside itself, and refused."""
    stored = to_stored(document)
    return ReplaceOne({"_id": document.key, "rev": guard}, stored, upsert=True) if guard else InsertOne(stored)
