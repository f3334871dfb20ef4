"""Before a service takes input, its database has all that the service has told Kafka; and while it runs, they stay one.

Nothing is lost where the database is empty, or is a backup of an hour ago: what it lacks is read back. Nothing is
decided where the broker is new and knows nothing: that one must be told first.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from shared import logs
from shared.clock import Clock
from shared.errors import TsunaguError
from shared.ids import RandomIds
from shared.kafka.connection import Kafka
from shared.kafka.groups import committed
from shared.kafka.log import Log
from shared.kernel import dead_letters, journal
from shared.kernel.decider import Decider
from shared.kernel.ports import Bus, Counter, Sealer
from shared.kernel.record import Place, Record, Subscriptions
from shared.kernel.recovery import Known
from shared.recovery import lease
from shared.recovery.decisions import Decisions, Tally
from shared.recovery.letters import Letters, is_about_aside
from shared.recovery.marker import Checkpoint, Marker, OtherDatabase
from shared.shelf import SHELVES, Shelf, shelf
from shared.store import MongoStore

BEAT_SECONDS = 60
"""How often a running service notes how far database and topics agree: a start reads what came later."""
LAST_WORD = 3
"""Seconds for a last note at the end, which only makes the next start quicker."""

Offsets = Mapping[Place, int]
Progress = Callable[[int], None]


class NotRefilled(TsunaguError):
    """The broker is another one and has not been told what this database knows."""


@dataclass
class Recovery:
    """Of one service. `group`: of its kernel. `sealer`: where there is none (a command has no letter keys), what lay
    aside is left for the service itself.
    """

    service: str
    kafka: Kafka
    cluster: str
    group: str
    store: MongoStore
    bus: Bus
    clock: Clock
    deciders: Mapping[str, Decider[Any]]
    subscriptions: Subscriptions
    count: Counter
    sealer: Sealer | None = None

    def __post_init__(self) -> None:
        self.meta = self.store.collection("meta")
        self.marker = Marker(self.meta)
        self._agree = False

    async def start(self, progress: Progress) -> None:
        """Raises UnderWay, NotRefilled. `progress` is told how many decisions have been looked at."""
        await lease.free(self.meta)
        tally = await self.catch_up(progress)
        counts = {"entries": tally.entries, "documents": len(tally.documents), "rows": tally.rows}
        if any(counts.values()) or tally.alarms:
            logs.logger().info("restored", **counts, alarms=tally.alarms)

    async def catch_up(self, progress: Progress, *, whole: bool = False) -> Tally:
        """`whole`: from the beginning, whatever was noted. May be done again at any time while nobody decides."""
        checkpoint = await self.marker.find()
        since = {} if whole else checkpoint.within(self.cluster)
        async with Log(self.kafka, self._topics()) as log:
            if checkpoint.cluster != self.cluster:
                await self._refuse_new_broker(log)
            reading = await self._read(log, since, progress)
            if reading.decisions.tally.gaps and since:
                reading = await self._read(log, {}, progress)
            ends = await log.positions()
        await self._put_aside(reading.dead)
        self._agree = not reading.decisions.tally.unread
        await self.note(ends)
        return reading.decisions.tally

    def _topics(self) -> list[str]:
        """What this service has told; without letter keys what lay aside is left for who has them."""
        dead = [dead_letters.topic(self.service)] if self.sealer else []
        return [journal.topic(self.service), *dead, *SHELVES.get(self.service, {}).values()]

    async def _refuse_new_broker(self, log: Log) -> None:
        told = {place.topic for place, end in (await log.ends()).items() if end}
        if journal.topic(self.service) not in told and await self.store.has_journal():
            raise NotRefilled(f"the broker knows nothing of {self.service}: run `tsunagu refill`, then start it again")

    async def _read(self, log: Log, since: Offsets, progress: Progress) -> "Reading":
        offsets = await committed(self.kafka, self.group, self.subscriptions.topics())
        known = Known(self.cluster, offsets, self.deciders)
        reading = Reading(Decisions(self.store, known, RandomIds(), self.count), self._shelves())
        async for records in log.read(since):
            await reading.take(records)
            progress(reading.decisions.tally.read)
        if not since:
            await reading.decisions.close_gaps()
        return reading

    def _shelves(self) -> dict[str, Shelf]:
        names = SHELVES.get(self.service, {})
        return {topic: shelf(self.service, name, self.store, self.bus, self.clock) for name, topic in names.items()}

    async def _put_aside(self, dead: Sequence[Record]) -> None:
        if dead and self.sealer:
            letters = Letters(self.store, self.subscriptions, self.sealer, RandomIds(), self.cluster)
            async with Log(self.kafka, self.subscriptions.topics()) as inputs:
                await letters.take(dead, inputs)

    async def keep(self) -> None:
        """For ever. What is noted is a beat old: by now the journal has whatever had been told then."""
        ends: dict[Place, int] = {}
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self.note(ends)
                ends = await self.ends()
            except Exception as error:  # broker or database away: the watch tells; here the next beat does
                logs.logger().warning("not noted", error=logs.where(error))

    @asynccontextmanager
    async def noted(self) -> AsyncIterator[None]:
        """What had been told before the block, which finishes the batches in hand, is in the database after it."""
        ends: dict[Place, int] = {}
        with suppress(Exception):
            ends = await asyncio.wait_for(self.ends(), LAST_WORD)
        yield
        with suppress(Exception):
            await asyncio.wait_for(self.note(ends), LAST_WORD)

    async def is_of_another_database(self) -> bool:
        """Not while it does not answer: that is another matter."""
        try:
            await self.marker.check()
        except OtherDatabase:
            return True
        except Exception:  # away
            return False
        return False

    async def ends(self) -> dict[Place, int]:
        """Of what this service writes."""
        async with Log(self.kafka, self._topics()) as log:
            return await log.ends()

    async def note(self, ends: Offsets) -> None:
        """All that lies below these ends is in the database; unless a newer version must still read it."""
        if ends and self._agree:
            await self.marker.save(Checkpoint(self.cluster, ends))


@dataclass
class Reading:
    """Of what one service has told. `dead`: its dead letters about what lay aside, without their contents."""

    decisions: Decisions
    shelves: Mapping[str, Shelf]
    dead: list[Record] = field(default_factory=list)

    async def take(self, records: Sequence[Record]) -> None:
        by_topic: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            by_topic[record.place.topic].append(record)
        for topic, batch in by_topic.items():
            if topic in self.shelves:
                told = (((one.key or b"").decode(), one.value) for one in batch)
                self.decisions.tally.rows += await self.shelves[topic].take(told)
            elif topic.endswith(".dead-letters"):
                self.dead += [one._replace(value=None) for one in batch if is_about_aside(one)]
            else:
                await self.decisions.take(batch)
