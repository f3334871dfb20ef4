"""A view of a compacted topic: the newest snapshot of each key, in memory, read to its end before it is used."""

import asyncio
from typing import Any, Generic, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import BaseModel, ValidationError

from shared.kafka.connection import Kafka
from shared.kafka.reader import ends_of

M = TypeVar("M", bound=BaseModel)


class View(Generic[M]):
    """May lag behind; whoever needs certainty asks the document itself. An unreadable snapshot is passed over."""

    def __init__(self, kafka: Kafka, topic: str, model: type[M], *, wait_ms: int = 30) -> None:
        self._kafka, self._topic, self._model, self._wait_ms = kafka, topic, model, wait_ms
        self.items: dict[str, M] = {}
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns once everything that was there is known."""
        consumer = AIOKafkaConsumer(**self._kafka.options(), enable_auto_commit=False, fetch_max_wait_ms=self._wait_ms)
        self._consumer = consumer
        await consumer.start()
        places = [TopicPartition(self._topic, p) for p in await self._partitions(consumer)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        while await self._is_behind(consumer, places):
            await self._take(consumer)
        self._task = asyncio.create_task(self._follow(consumer), name=f"view of {self._topic}")

    async def _is_behind(self, consumer: AIOKafkaConsumer, places: list[TopicPartition]) -> bool:
        ends = await ends_of(consumer, places)
        return any([await consumer.position(place) < ends[place] for place in places])

    async def _partitions(self, consumer: AIOKafkaConsumer) -> list[int]:
        while not (found := consumer.partitions_for_topic(self._topic)):
            await consumer._client.fetch_all_metadata()  # a consumer without a subscription learns no topics
            await asyncio.sleep(0.05)
        return sorted(found)

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            await self._take(consumer)

    async def _take(self, consumer: AIOKafkaConsumer) -> None:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for record in records:
                self._put(record)

    def _put(self, record: Any) -> None:
        key = (record.key or b"").decode(errors="replace")
        if record.value is None:
            self.items.pop(key, None)
            return
        try:
            self.items[key] = self._model.model_validate_json(record.value)
        except ValidationError:
            return

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
        if self._consumer:
            await self._consumer.stop()
