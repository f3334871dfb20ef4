"""The second gear: while one batch is being told, the next is written and the one after that folded.

Each stage has one batch at a time, and all batches pass it in order. A batch builds on what those ahead have made of its
documents in memory: the guard is a token of each write, so what was built on a write that did not happen misses it. On
any error everything on its way comes to an end untold and uncommitted, and begins again in first gear: batch by
batch, as shared.kernel.member does it. So does every partition after a start, a rebalance or a failure.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.kernel.batch import Batch
from shared.kernel.member import Handle, Member, Partitions
from shared.kernel.record import Place, Record


class Stages(Protocol):
    """shared.kernel.kernel.Kernel."""

    async def fold(
        self, records: Sequence[Record], failing: Collection[Record] = (), ahead: Sequence[Batch] = ()
    ) -> Batch: ...
    async def write(self, batch: Batch) -> None: ...
    async def tell(self, batch: Batch) -> None: ...


@dataclass(frozen=True, eq=False)
class Flight:
    """A batch that is folded, and the records that it came of."""

    batch: Batch
    records: Sequence[Record]


class Broken(Exception):
    """A batch ahead has failed: this one comes again with it."""


class Pipeline(Member):
    """`handle`: the first gear, all stages of a batch at once. `depth`: so many batches are on their way, at most."""

    def __init__(
        self,
        name: str,
        partitions: Partitions,
        handle: Handle,
        stages: Stages,
        depth: int,
        committed: dict[Place, int],
        on_error: Callable[[str, BaseException], None],
        on_break: Callable[[], None] = lambda: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, partitions, handle, committed, on_error, on_break, now)
        self._stages, self._slots = stages, asyncio.Semaphore(depth)
        self._writing, self._telling = asyncio.Lock(), asyncio.Lock()  # fair: who comes first goes first
        self._flights: dict[Flight, asyncio.Task[None]] = {}
        self._sure: set[Place] = set()
        self._broken: BaseException | None = None
        self._mending: asyncio.Task[None] | None = None

    async def take(self, records: Sequence[Record]) -> None:
        """Returns when it is folded, and there is room for the next."""
        async with self._busy:
            if self._sure.issuperset(record.place for record in records):
                await self._second_gear(records)
            else:
                await self._land()
                await self._first_gear(records)

    async def finish(self) -> None:
        self._stopping = True
        async with self._busy:
            await self._land()

    async def revoked(self, places: Iterable[Place]) -> None:
        gone = set(places)
        async with self._busy:
            await self._land()
            self._sure -= gone
            self._give_up(gone)

    async def _first_gear(self, records: Sequence[Record]) -> None:
        await self._whole(records)
        if self.last_error is None:
            self._sure |= {record.place for record in records} & self.committed.keys()

    async def _second_gear(self, records: Sequence[Record]) -> None:
        await self._slots.acquire()
        batch: Batch | None = None
        ours: Sequence[Record] = []
        try:
            ours = [] if self._stopping or self._broken else await self._still_ours(records)
            if ours:
                batch = await self._stages.fold(ours, ahead=[flight.batch for flight in self._flights])
        except asyncio.CancelledError as error:
            if self._stopping:
                raise
            self._broken = error
        except Exception as error:
            self._broken = self._broken or error
        finally:
            if batch is None:
                self._slots.release()
        if batch:
            flight = Flight(batch, ours)
            self._flights[flight] = asyncio.create_task(self._fly(flight))
        if self._broken:
            await self._land(records)

    async def _fly(self, flight: Flight) -> None:
        """Written, told, committed: each once those ahead are. The next is waked only after an error is noted."""
        try:
            async with self._writing:
                self._go_on()
                await self._stages.write(flight.batch)
            async with self._telling:
                self._go_on()
                await self._stages.tell(flight.batch)
                await self._commit(flight.records)
                self._done()
                del self._flights[flight]
        except BaseException as error:
            self._broken = self._broken or error
        finally:
            flight.batch.written.set()
            self._slots.release()
        if self._broken:
            self._mending = asyncio.create_task(self._mend())  # a quiet topic may bring no next batch to do it

    def _go_on(self) -> None:
        if self._broken:
            raise Broken

    async def _mend(self) -> None:
        async with self._busy:
            await self._land()

    async def _land(self, *more: Sequence[Record]) -> None:
        """Until nothing is on its way. After an error: back to the first record that is not committed, in first gear."""
        if self._flights:
            await asyncio.gather(*self._flights.values())
        if self._broken:
            error, self._broken = self._broken, None
            failed = [record for flight in self._flights for record in flight.records]
            self._flights.clear()
            self._sure.clear()
            await self._rewind([*failed, *(record for records in more for record in records)], error)
