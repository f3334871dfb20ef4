"""One at a time restores or refills a service: a row in its database that whoever works keeps renewing."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.errors import TsunaguError
from shared.store import insert_absent

LEASE = "lease"
LASTS = timedelta(seconds=20)
"""So long after its holder was killed, the next may begin. In real time, whatever the network's clock shows."""
RENEWED = 5.0


class UnderWay(TsunaguError):
    """Somebody restores or refills this service."""


async def free(meta: Any) -> None:
    """Raises UnderWay while somebody holds the lease. `meta`: the service's collection."""
    held = await meta.find_one({"_id": LEASE})
    if held and held["until"] > _now():
        raise UnderWay(
            f"{held['what']} is under way since {held['since']:%H:%M:%S} UTC by {held['holder']}: wait until it ends, "
            f"or, if it was killed, {LASTS.seconds} seconds"
        )


@asynccontextmanager
async def lease(meta: Any, what: str) -> AsyncIterator[None]:
    """Inside the block nobody else has it. Raises UnderWay."""
    row = {"what": what, "holder": f"process {os.getpid()} on {socket.gethostname()}", "since": _now()}
    await _take(meta, row)
    renewing = asyncio.create_task(_renew(meta, row))
    try:
        yield
    finally:
        renewing.cancel()
        await meta.delete_one({"_id": LEASE, **row})


async def _take(meta: Any, row: dict[str, Any]) -> None:
    fresh = {"_id": LEASE, **row, "until": _now() + LASTS}
    if not await insert_absent(meta, [fresh]):
        return
    over = await meta.replace_one({"_id": LEASE, "until": {"$lte": _now()}}, fresh)
    if not over.matched_count:
        await free(meta)
        await _take(meta, row)  # it has just been given back


async def _renew(meta: Any, row: dict[str, Any]) -> None:
    while True:
        await asyncio.sleep(RENEWED)
        await meta.update_one({"_id": LEASE, "holder": row["holder"]}, {"$set": {"until": _now() + LASTS}})


def _now() -> datetime:
    return datetime.now(UTC)
