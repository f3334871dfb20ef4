"""One member of a consumer group, without Kafka: what is done with the batches that it is handed.

    what is still ours -> handle -> commit; on any error back to the first record of the batch, later each time

A batch is committed once its handler has returned, never before. A partition is given up between two batches.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from shared.kernel.record import Place, Record

Handle = Callable[[Sequence[Record]], Awaitable[None]]
MAX_BACKOFF = 5.0
"""Seconds between two attempts, at most."""


class Partitions(Protocol):
    """What a consumer of the group offers its member. Each may raise while the broker is away."""

    def assignment(self) -> Collection[Place]:
        """The partitions that are ours now."""

    async def position(self, place: Place) -> int:
        """The offset after the last record that was handed out."""

    async def committed(self, place: Place) -> int:
        """What the group has committed there; 0 where nothing is."""

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Raises where the group has gone on without us."""

    def seek(self, place: Place, offset: int) -> None:
        """The next record that is handed out is that one."""


class Member:
    """`committed`: the offsets of the owned partitions, kept current in place: the kernel reads the same dict.

    `on_break` is called between two batches, when a run of reading is over: others may now write what was ours, or records
    are read again. `last_progress`: when a batch was last done with, by the clock `now` (seconds).
    """

    def __init__(
        self,
        name: str,
        partitions: Partitions,
        handle: Handle,
        committed: dict[Place, int],
        on_error: Callable[[str, BaseException], None],
        on_break: Callable[[], None] = lambda: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self.committed, self._on_break = name, committed, on_break
        self._partitions, self._handle, self._on_error, self._now = partitions, handle, on_error, now
        self._busy = asyncio.Lock()
        self._failures = 0
        self._stopping = False
        self.last_error: BaseException | None = None
        self.last_progress = now()

    async def take(self, records: Sequence[Record]) -> None:
        """A batch, as fetched. Whatever raises in here is caught in here: who fetches would pass over the batch."""
        async with self._busy:
            await self._whole(records)

    async def _whole(self, records: Sequence[Record]) -> None:
        try:
            records = [] if self._stopping else await self._still_ours(records)
            if not records:
                return
            await self._handle(records)
            await self._commit(records)
        except asyncio.CancelledError:
            if self._stopping:
                raise
            await self._rewind(records, RuntimeError("a handler was cancelled"))
        except Exception as error:  # whatever it was: nothing is committed, and it comes again
            await self._rewind(records, error)
        else:
            self._done()

    def _done(self) -> None:
        self._failures, self.last_error, self.last_progress = 0, None, self._now()

    async def finish(self) -> None:
        """Returns when the batch in hand is through; no other will be taken."""
        self._stopping = True
        async with self._busy:
            pass  # not longer: a next batch may wait for its turn, only to be given back, and who fetched waits for it

    async def revoked(self, places: Iterable[Place]) -> None:
        """They go to another member once this returns: the batch in hand is finished first."""
        async with self._busy:
            self._give_up(places)

    def _give_up(self, places: Iterable[Place]) -> None:
        for place in places:
            self.committed.pop(place, None)
        self._on_break()

    async def assigned(self, places: Iterable[Place]) -> None:
        """Between two batches: one may have been fetched already, and its commit must not be written over."""
        async with self._busy:
            for place in places:
                self.committed[place] = await self._partitions.committed(place)

    async def _still_ours(self, records: Sequence[Record]) -> list[Record]:
        """Without those that a rebalance or a rewind overtook: the position must lie behind the last in hand."""
        last = {record.place: record.offset for record in records}
        owned = self._partitions.assignment()
        good = {place for place, at in last.items() if place in owned and await self._partitions.position(place) > at}
        return list(records) if len(good) == len(last) else [record for record in records if record.place in good]

    async def _commit(self, records: Sequence[Record]) -> None:
        offsets = {record.place: record.offset + 1 for record in records}
        await self._partitions.commit(offsets)
        self.committed.update(offsets)

    async def _rewind(self, records: Sequence[Record], error: BaseException) -> None:
        self._failures += 1
        self.last_error = error
        self._on_error(self.name, error)
        self._on_break()
        await asyncio.sleep(min(MAX_BACKOFF, 0.1 * 2**self._failures))
        first: dict[Place, int] = {}
        for record in records:
            first.setdefault(record.place, record.offset)
        for place, offset in first.items():
            if place in self._partitions.assignment():
                self._partitions.seek(place, offset)
