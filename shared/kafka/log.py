"""Reading topics from a given place to their end, without a group."""

from collections.abc import AsyncIterator, Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.kafka import lenient
from shared.kafka.connection import Kafka
from shared.kafka.reader import ends_of, places_of, record_of
from shared.kernel.record import Place, Record

lenient.install()

BIG = 20_000_000
PATIENCE_MS = 100
"""How long an empty fetch is waited for; data ends the wait."""


class Log:
    """`async with Log(kafka, topics) as log`. A topic that does not exist is an empty one."""

    def __init__(self, kafka: Kafka, topics: Iterable[str]) -> None:
        self._kafka, self._topics = kafka, [kafka.name(topic) for topic in topics]
        self._consumer = AIOKafkaConsumer(
            **kafka.options(), auto_offset_reset="earliest", enable_auto_commit=False, fetch_max_wait_ms=10,
            fetch_max_bytes=BIG, max_partition_fetch_bytes=BIG,
        )  # fmt: skip
        self._places: list[TopicPartition] = []

    async def __aenter__(self) -> "Log":
        try:
            await self._consumer.start()
            self._places = await places_of(self._consumer, self._topics)
        except BaseException:  # cancelled, too: by Ctrl-C, while a stack is filled
            await self._consumer.stop()
            raise
        self._consumer.assign(self._places)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def ends(self) -> dict[Place, int]:
        """Offsets after the last records; the embedded broker tells them too low when asked before anything is read."""
        return {self._kafka.place(place): end for place, end in (await ends_of(self._consumer, self._places)).items()}

    async def positions(self) -> dict[Place, int]:
        """After `read`: up to where that was."""
        return {self._kafka.place(place): await self._consumer.position(place) for place in self._places}

    async def read(self, since: Mapping[Place, int]) -> AsyncIterator[list[Record]]:
        """In batches, each partition in its order, from these offsets (0 where none is given) up to the end."""
        for place in self._places:
            self._consumer.seek(place, since.get(self._kafka.place(place), 0))
        while self._places:  # at least once: only a fetch tells the true end, or that an offset is beyond it
            found = await self._consumer.getmany(timeout_ms=PATIENCE_MS, max_records=500)
            if records := [record_of(r, self._kafka) for batch in found.values() for r in batch]:
                yield records
            elif not await self._is_behind():
                return

    async def one(self, place: Place, offset: int) -> Record | None:
        """The record there; None where it is no more, or not any more the same partition."""
        partition = self._kafka.partition(place)
        self._consumer.assign([partition])
        self._consumer.seek(partition, offset)
        found = await self._consumer.getmany(timeout_ms=2000, max_records=1)
        records = [record_of(r, self._kafka) for batch in found.values() for r in batch]
        return next((record for record in records if record.offset == offset), None)

    async def _is_behind(self) -> bool:
        ends = await ends_of(self._consumer, self._places)
        return any([await self._consumer.position(place) < ends[place] for place in self._places])
