"""Which record is it that fails, or takes for ever, each time? What our code raises is told by fold.py; this finds what ends
the whole process, or a whole batch, before anything is stored: else its partition would stand still for ever.

Counted in the database before folding, since afterwards there may be nobody left to count. Only of a batch that does
not follow one that went well: after a start, a rebalance or a failure. So in daily life it costs nothing.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shared.kernel.ports import Rows
from shared.kernel.record import Place, Record

LIMIT = 3


class Process(Protocol):
    """shared.kernel.kernel.Kernel.process."""

    async def __call__(self, records: Sequence[Record], failing: Collection[Record] = ()) -> None: ...


@dataclass
class Attempts:
    """Stands before the kernel. `from_outside`: is it broker or database that failed, and so no record's fault?"""

    process: Process
    rows: Rows
    cluster: str
    from_outside: Callable[[BaseException], bool]
    _next: dict[Place, int] = field(default_factory=dict)
    _forgiven: set[str] = field(default_factory=set)

    async def __call__(self, records: Sequence[Record]) -> None:
        ends = {record.place: record.offset + 1 for record in records}
        doubtful = self._doubtful(records)
        for place in ends:
            self._next.pop(place, None)
        if doubtful:
            await self._tried(records, [f"{self.cluster}:{record}" for record in doubtful])
        else:
            await self.process(records)
        self._next |= ends

    def _doubtful(self, records: Sequence[Record]) -> list[Record]:
        """The first of each partition, where it does not follow what went well."""
        firsts = {record.place: record for record in reversed(records)}
        return [record for place, record in firsts.items() if self._next.get(place) != record.offset]

    async def _tried(self, records: Sequence[Record], ids: list[str]) -> None:
        """The batch; one by one where that has failed too often, and whatever fails alone as often is set aside."""
        if await self._begin(ids) <= LIMIT:
            await self._try(records, ids)
        else:
            for record in records:
                alone = f"{self.cluster}:{record}:alone"
                failing = [record] if await self._begin([alone]) > LIMIT else []
                await self._try([record], [alone], failing)
                ids.append(alone)
        await self.rows.discard(ids)

    async def _try(self, records: Sequence[Record], ids: Sequence[str], failing: Collection[Record] = ()) -> None:
        try:
            await self.process(records, failing)
        except Exception as error:
            if self.from_outside(error):
                self._forgiven.update(ids)
            raise

    async def _begin(self, ids: Sequence[str]) -> int:
        """Which attempt this is, by the one among them that was begun most often."""
        begun = await self.rows.find(ids)
        before = {id: int(begun[id]["times"]) if id in begun else 0 for id in ids}
        counts = {id: times + (id not in self._forgiven) for id, times in before.items()}
        for id, times in counts.items():
            await self.rows.put(id, {"times": times})
        self._forgiven.difference_update(ids)
        return max(counts.values())
