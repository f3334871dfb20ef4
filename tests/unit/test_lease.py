"""A lease is renewed for as long as its holder works, whatever the database does for a moment."""

import asyncio

import pytest

from shared.recovery import lease
from shared.store import DatabaseError


class Meta:
    """A collection that is away at the first renewal."""

    def __init__(self) -> None:
        self.asked, self.renewed = 0, asyncio.Event()

    async def update_one(self, *_: object) -> None:
        self.asked += 1
        if self.asked == 1:
            raise DatabaseError("connection closed")
        self.renewed.set()


async def test_a_database_that_was_away_for_a_moment_ends_no_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEWED", 0.0)
    meta = Meta()
    renewing = asyncio.create_task(lease._renew(meta, {"_id": lease.LEASE, "holder": "process 1 on here"}))
    renewed = asyncio.create_task(meta.renewed.wait())
    await asyncio.wait([renewing, renewed], return_when=asyncio.FIRST_COMPLETED)
    assert meta.renewed.is_set() and not renewing.done()
    renewing.cancel()
    renewed.cancel()
