"""How far each service has come, looked at again and again: what was hit has recovered when it makes progress again."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.kafka.connection import Kafka
from tsunagu.verify.topics import Place
from tsunagu.verify.wiring import APPS, group

PAUSE = 0.5
PATIENCE = 15.0
"""For one look: a broker that is gone does not hold up the next."""
TOPICS = {service: app.SUBSCRIPTIONS.topics() for service, app in APPS.items()}


@dataclass(frozen=True)
class Look:
    """`at`: when it began, on the monotonic clock. `committed`: service → offsets of its own reader."""

    at: float
    committed: Mapping[str, Mapping[Place, int]]
    ends: Mapping[Place, int]

    def lag(self, service: str) -> int:
        return sum(
            max(0, end - self._of(service, place)) for place, end in self.ends.items() if self._reads(service, place)
        )

    def went_on(self, since: "Look", service: str) -> bool:
        """In every partition: its owner may be the one that was hit."""
        mine = [place for place in self.ends if self._reads(service, place)]
        return all(
            any(self._of(service, place) > since._of(service, place) for place in mine if place.partition == part)
            for part in {place.partition for place in mine}
        )

    def _of(self, service: str, place: Place) -> int:
        return self.committed[service].get(place, 0)

    def _reads(self, service: str, place: Place) -> bool:
        return place.topic in TOPICS[service]


class Watch:
    """`last`: what was seen last; looks for ever, through every failure."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._news = asyncio.Condition()
        self.last: Look | None = None

    async def run(self) -> None:
        while True:
            try:
                look = await asyncio.wait_for(_look(self._kafka), PATIENCE)
            except Exception:  # the broker is away: the next look may find it
                await asyncio.sleep(PAUSE)
                continue
            async with self._news:
                self.last = look
                self._news.notify_all()
            await asyncio.sleep(PAUSE)

    async def went_on(self, since: float, services: Sequence[str], *, idle: Any) -> float:
        """When all of them have made progress after `since`. `idle()`: is nothing to be done enough of an answer?"""
        base = await self._after(since)
        now = base
        while not all(now.went_on(base, one) or (idle() and not now.lag(one)) for one in services):
            now = await self._after(now.at)
        return time.monotonic()

    async def idle(self) -> None:
        """Returns when nothing is to be read any more."""
        now = await self._after(time.monotonic())
        while any(now.lag(one) for one in TOPICS):
            now = await self._after(now.at)

    async def _after(self, moment: float) -> Look:
        """The next look that began after it."""
        async with self._news:
            await self._news.wait_for(lambda: self.last is not None and self.last.at > moment)
            assert self.last
            return self.last


async def _look(kafka: Kafka) -> Look:
    at = time.monotonic()
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=4000)
    await admin.start()
    try:
        cluster = str((await admin.describe_cluster())["cluster_id"])
        every = sorted({topic for topics in TOPICS.values() for topic in topics})
        described = await admin.describe_topics(every)
        places = [TopicPartition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]
        found = {
            service: await admin.list_consumer_group_offsets(group(service, "kernel", cluster), partitions=places)
            for service in TOPICS
        }
    finally:
        await admin.close()
    committed = {
        service: {Place(*place): one.offset for place, one in offsets.items() if one.offset >= 0}
        for service, offsets in found.items()
    }
    return Look(at, committed, await _ends(kafka, places))


async def _ends(kafka: Kafka, places: Sequence[TopicPartition]) -> dict[Place, int]:
    consumer = AIOKafkaConsumer(**kafka.options(), request_timeout_ms=4000)
    await consumer.start()
    try:
        return {Place(*place): end for place, end in (await consumer.end_offsets(list(places))).items()}
    finally:
        await consumer.stop()
