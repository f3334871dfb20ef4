"""One at a time restores or refills a service, or deals with its dead letters: a row in its database that whoever works
keeps renewing.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.errors import TsunaguError
from shared.store import DatabaseError, insert_absent

LEASE, LETTERS = "lease", "lease-letters"
"""Ids of rows: of whoever restores or refills, and of whoever deals with dead letters. Neither keeps the other waiting."""
LASTS = timedelta(seconds=20)
"""So long after its holder was killed, the next may begin. In real time, whatever the network's clock shows."""
RENEWED = 5.0


class UnderWay(TsunaguError):
    """Somebody restores or refills this service, or deals with its dead letters."""


async def free(meta: Any, id: str = LEASE) -> None:
    """Raises UnderWay while somebody holds the lease. `meta`: the service's collection."""
    held = await meta.find_one({"_id": id})
    if held and held["until"] > _now():
        raise UnderWay(
            f"{held['what']} is under way since {held['since']:%H:%M:%S} UTC by {held['holder']}: wait until it ends, "
            f"or, if it was killed, {LASTS.seconds} seconds"
        )


@asynccontextmanager
async def lease(meta: Any, what: str, id: str = LEASE) -> AsyncIterator[None]:
    """Inside the block nobody else has it. Raises UnderWay."""
    row = {"_id": id, "what": what, "holder": f"process {os.getpid()} on {socket.gethostname()}", "since": _now()}
    await _take(meta, row)
    renewing = asyncio.create_task(_renew(meta, row))
    try:
        yield
    finally:
        renewing.cancel()
        await meta.delete_one(row)


async def _take(meta: Any, row: dict[str, Any]) -> None:
    fresh = {**row, "until": _now() + LASTS}
    if not await insert_absent(meta, [fresh]):
        return
    over = await meta.replace_one({"_id": row["_id"], "until": {"$lte": _now()}}, fresh)
    if not over.matched_count:
        await free(meta, row["_id"])
        await _take(meta, row)  # it has just been given back


async def _renew(meta: Any, row: dict[str, Any]) -> None:
    while True:
        await asyncio.sleep(RENEWED)
        with suppress(DatabaseError):  # away for a moment: the next time is early enough
            await meta.update_one({"_id": row["_id"], "holder": row["holder"]}, {"$set": {"until": _now() + LASTS}})


def _now() -> datetime:
    return datetime.now(UTC)
