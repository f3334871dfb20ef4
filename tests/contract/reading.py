"""Readers on a real broker: what they were handed, and what their group has committed."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.kafka.topics import Topic, apply
from shared.kafka.connection import Kafka
from shared.kafka.reader import Reader
from shared.kernel.record import Record


@dataclass
class Handler:
    """Takes batches. `failures`: the next so many raise. While `gate` is closed, a batch is in hand."""

    failures: int = 0
    batches: list[list[Record]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    async def __call__(self, records: Sequence[Record]) -> None:
        self.batches.append(list(records))
        self.times.append(time.monotonic())
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the database is away")
        self.done += [(record.value or b"").decode() for record in records]


@dataclass
class Group:
    """A topic, and the readers of one consumer group."""

    kafka: Kafka
    name: str
    partitions: int = 1
    errors: list[str] = field(default_factory=list)

    async def prepare(self) -> "Group":
        await apply(self.kafka, [Topic(self.name, self.partitions)])
        return self

    def reader(self, handler: Handler, **what: Any) -> Reader:
        what = what or {"topics": [self.name]}
        return Reader(
            "test",
            self.kafka,
            self.name,
            handler,
            on_error=lambda name, _error: self.errors.append(name),
            **what,
        )

    @asynccontextmanager
    async def reading(self, handler: Handler, **what: Any) -> AsyncIterator[Reader]:
        reader = self.reader(handler, **what)
        await reader.start()
        try:
            yield reader
        finally:
            handler.gate.set()
            await reader.stop()

    async def send(self, *values: str, headers: Sequence[tuple[str, bytes | None]] = (), topic: str = "") -> None:
        producer = AIOKafkaProducer(**self.kafka.options())
        await producer.start()
        for n, value in enumerate(values):
            place = n % self.partitions
            await producer.send_and_wait(
                topic or self.name, value.encode(), key=b"k", partition=place, headers=list(headers)
            )
        await producer.stop()

    async def committed(self) -> list[int]:
        """Of each partition; 0 where nothing is."""
        consumer = AIOKafkaConsumer(**self.kafka.options(), group_id=self.name, enable_auto_commit=False)
        places = [TopicPartition(self.name, partition) for partition in range(self.partitions)]
        consumer.assign(places)
        await consumer.start()
        try:
            return [await consumer.committed(place) or 0 for place in places]
        finally:
            await consumer.stop()


async def until(condition: Callable[[], bool], within: float = 15.0) -> None:
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.02)
