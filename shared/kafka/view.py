"""A view of a compacted topic: the newest snapshot of each key, in memory, read to its end before it is used."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from shared.kafka.doze import Doze
from shared.kafka.reader import ends_of, places_of

V = TypeVar("V")


class View(Generic[V]):
    """May lag behind; whoever needs certainty asks the document itself. An unreadable snapshot is passed over."""

    def __init__(
        self, kafka: Kafka, topic: str, read: Callable[[bytes], V], *, wait_ms: int = 30, timed: bool = False
    ) -> None:
        """`read`: a record's value; raises ValueError. `timed`: `came` is kept, which costs as much as a small snapshot."""
        self._kafka, self.topic, self._read, self._wait_ms, self._timed = kafka, topic, read, wait_ms, timed
        self._doze = Doze(wait_ms)
        self._name = kafka.name(topic)
        self.items: dict[str, V] = {}
        self.came: dict[str, float] = {}
        """When (time.monotonic) the newest of a key came; absent for what was there at the start."""
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns once everything that was there is known. Raises TsunaguError where the topic is not there yet."""
        consumer = AIOKafkaConsumer(**self._kafka.options(), enable_auto_commit=False, auto_offset_reset="earliest",
                                    fetch_max_wait_ms=self._wait_ms)  # fmt: skip
        self._consumer = consumer
        try:
            await consumer.start()
            await self._read_all(consumer)
        except BaseException:  # the next attempt has a consumer of its own, and this one would go on fetching
            await consumer.stop()
            raise
        self._task = asyncio.create_task(self._follow(consumer), name=f"view of {self.topic}")

    async def _read_all(self, consumer: AIOKafkaConsumer) -> None:
        if not (places := await places_of(consumer, [self._name])):
            raise TsunaguError(f"there is no topic {self._name} yet: `tsunagu topics apply` makes it")
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        while await self._is_behind(consumer, places):
            await self._take(consumer)

    @property
    def alive(self) -> bool:
        """Once started, is the topic still followed? Where not, what it shows grows old unnoticed."""
        return self._task is None or not self._task.done()

    async def _is_behind(self, consumer: AIOKafkaConsumer, places: list[TopicPartition]) -> bool:
        ends = await ends_of(consumer, places)
        return any([await consumer.position(place) < ends[place] for place in places])

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            await self._take(consumer)

    async def _take(self, consumer: AIOKafkaConsumer) -> None:
        found = await consumer.getmany(timeout_ms=500)
        self._doze.polled(consumer, found=bool(found))
        for records in found.values():
            for record in records:
                self._put(record)

    def _put(self, record: Any) -> None:
        key = (record.key or b"").decode(errors="replace")
        if record.value is None:
            self.items.pop(key, None)
            self.came.pop(key, None)
            return
        try:
            self.items[key] = self._read(record.value)
        except ValueError:
            return
        if self._timed and self._task:
            self.came[key] = time.monotonic()

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
        if self._consumer:
            await self._consumer.stop()
