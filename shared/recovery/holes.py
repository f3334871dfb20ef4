"""An event that was skipped is read again from its topic.

A hole mostly closes by itself: who failed to publish did not commit, and publishes all again. One that is still there
after a minute (by the count of whoever looks: two machines' clocks need not agree) means that the record lay on the topic
and was not taken. What is missing is laid aside for the document, and its writer is asked to fold it: from here on it is
as safe as what a stuck document had waiting.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from shared import logs
from shared.errors import BadRecord
from shared.kafka.log import Log
from shared.kernel.commands import Commands
from shared.kernel.dead_letters import to_letter
from shared.kernel.document import Document
from shared.kernel.ports import Counter, Hole, Sealer
from shared.kernel.record import Input, Place, Record, Subscriptions, letter_id
from shared.store import MongoStore

PATIENCE = 60.0
"""Seconds that a hole has to close by itself."""
PAUSE = 10.0
"""Seconds between two looks."""


@dataclass
class Repair:
    """Of one service, in this cluster. `log`: reads topics from where one likes. `owns`: is this replica the writer of that
    document? `now`: seconds of a clock that only goes forward.
    """

    log: Callable[[Sequence[str]], Log]
    cluster: str
    store: MongoStore
    commands: Commands
    subscriptions: Subscriptions
    sealer: Sealer
    count: Counter
    owns: Callable[[str], bool]
    now: Callable[[], float] = monotonic
    _watched: dict[Hole, float] = field(default_factory=dict)
    _alarmed: set[Hole] = field(default_factory=set)

    async def keep(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(PAUSE)
            try:
                await self.round()
            except Exception as error:  # broker or database away: the next round will do
                logs.logger().warning("not repaired", error=logs.where(error))

    async def round(self) -> None:
        now, noted = self.now(), sorted(await self.store.holes(), key=lambda hole: hole.sequence)
        self._watched = {hole: self._watched.get(hole, now) for hole in noted}
        late: dict[tuple[str, str], list[Hole]] = defaultdict(list)
        for hole, since in self._watched.items():
            if self.owns(hole.key) and now - since >= PATIENCE:
                late[hole.key, hole.stream].append(hole)
        for holes in late.values():
            await self._look_at(holes)

    async def _look_at(self, holes: Sequence[Hole]) -> None:
        """Of one stream, in order: the first that is still open is repaired, and with it what follows."""
        key, stream = holes[0].key, holes[0].stream
        document = (await self.store.load([key])).get(key) or Document(key)
        seen = await self._heard(document, stream)
        for hole in holes:
            if hole.sequence <= seen:
                await self.store.filled(hole)
        still = next((hole for hole in holes if hole.sequence > seen), None)
        if still and not document.stuck:  # else it waits among the letters, and comes with the release
            await self._repair(still, seen)

    async def _heard(self, document: Document, stream: str) -> int:
        """Up to where, by itself or else by its journal."""
        last = document.streams.heard(stream)
        return (await self.store.heard(document.key, [stream])).get(stream, 0) if last is None else last

    async def _repair(self, hole: Hole, seen: int) -> None:
        found = await self._read_again(hole, seen)
        self._alarm(hole, len(found))
        if found:
            letters = [
                to_letter(letter_id(self.cluster, one.record), one.key, one.record, self.sealer) for one in found
            ]
            await self.store.keep(letters)
            await self.commands.send([self.commands.repair(hole.key)])

    async def _read_again(self, hole: Hole, seen: int) -> list[Input]:
        """What follows in its stream without a gap, as far as the topic has it: behind the last that was applied, or
        else anywhere, for a sender may have written out of order.
        """
        place = Place(hole.topic, hole.partition)
        async with self.log([hole.topic]) as log:
            elsewhere = {other: end for other, end in (await log.ends()).items() if other != place}
            for start in (await self._behind_last(hole), 0):
                found = await self._of_stream(hole, log, {**elsewhere, place: start})
                if run := _following(found, seen):
                    return run
        return []

    async def _of_stream(self, hole: Hole, log: Log, since: dict[Place, int]) -> dict[int, Input]:
        """By sequence; of repeats the first."""
        found: dict[int, Input] = {}
        async for records in log.read(since):
            for one in filter(None, map(self._input, records)):
                if (one.key, one.stream) == (hole.key, hole.stream):
                    found.setdefault(one.sequence, one)
        return found

    async def _behind_last(self, hole: Hole) -> int:
        """The offset after the last that was applied, by the document's journal."""
        for entry in reversed(await self.store.journal(hole.key)):
            if entry.stream == hole.stream and not entry.kept and entry.cause.cluster == self.cluster:
                return entry.cause.offset + 1
        return 0

    def _input(self, record: Record) -> Input | None:
        try:
            return self.subscriptions.read(record)
        except BadRecord:
            return None

    def _alarm(self, hole: Hole, found: int) -> None:
        """Once for each: by rights there are none."""
        if hole not in self._alarmed:
            self._alarmed.add(hole)
            self.count.add("holes_left", result="repaired" if found else "not_found")
            logs.logger().error(
                "hole", document=hole.key, topic=hole.topic, sequence=hole.sequence, since=str(hole.since), found=found,
                then="read again" if found else "it is not on its topic: run `tsunagu verify`, then `tsunagu refill`",
            )  # fmt: skip


def _following(found: dict[int, Input], seen: int) -> list[Input]:
    run: list[Input] = []
    while (number := seen + len(run) + 1) in found:
        run.append(found[number])
    return run
