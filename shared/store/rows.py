"""Rows in a collection: what lies beside the documents, and a row as a line of text."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any

from bson import json_util
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import BulkWriteError

DUPLICATE = 11000
AT_ONCE = 50
"""Ids in one `$in`: SecantusDB's cost grows with the square of their number."""

_EXTENDED = json_util.JSONOptions(json_mode=json_util.JSONMode.CANONICAL, tz_aware=True)


class MongoRows:
    """shared.kernel.ports.Rows in a collection."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    async def find(self, ids: Collection[str]) -> dict[str, dict[str, Any]]:
        wanted = sorted(ids)
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(wanted), AT_ONCE):
            found |= {id: row async for id, row in self.every(_id={"$in": wanted[start : start + AT_ONCE]})}
        return found

    async def add(self, rows: Mapping[str, dict[str, Any]]) -> set[str]:
        return await insert_absent(self._collection, [{"_id": id, **row} for id, row in rows.items()])

    async def extend(self, rows: Mapping[str, dict[str, Any]]) -> int:
        new = [{"_id": id, **row} for id, row in rows.items()]
        taken = await unless_duplicate(self._collection.insert_many(new, ordered=True)) if new else []
        return min(taken, default=len(new))

    async def put(self, id: str, row: dict[str, Any]) -> None:
        await self._collection.replace_one({"_id": id}, {"_id": id, **row}, upsert=True)

    async def swap(self, id: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
        return bool((await self._collection.replace_one({"_id": id, **old}, {"_id": id, **new})).matched_count)

    async def discard(self, ids: Collection[str]) -> None:
        await self._collection.delete_many({"_id": {"$in": sorted(ids)}})

    async def every(self, **equal: Any) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        async for row in self._collection.find(equal, sort=[("_id", ASCENDING)]):
            yield row.pop("_id"), row

    async def newest(self, limit: int, **equal: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self._collection.find(
            equal, {"_id": 0}, sort=[("_id", DESCENDING)], limit=limit
        ).to_list(None)
        return found


async def unless_duplicate(writing: Any) -> list[int]:
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


async def insert_absent(collection: Any, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Inserts the rows whose `_id` is not there yet; returns the ids that were."""
    taken = await unless_duplicate(collection.insert_many([dict(row) for row in rows], ordered=False)) if rows else []
    return {str(rows[index]["_id"]) for index in taken}


def to_line(row: Mapping[str, Any]) -> str:
    """A row as extended JSON: every type comes back as it was."""
    return json_util.dumps(row, json_options=_EXTENDED)


def from_line(line: str) -> dict[str, Any]:
    """Raises ValueError, TypeError."""
    row: dict[str, Any] = json_util.loads(line, json_options=_EXTENDED)
    return row
