"""Is there work in flight? Time may only jump when there is none."""

import asyncio
import re
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.errors import TsunaguError
from shared.kafka.connection import Kafka, cluster_id
from shared.kafka.groups import offsets
from shared.store import MongoStore, connect

WITH_TIMERS = ("matching", "notify")
READERS = {
    "intake.kernel": ("intake.commands", "matches"),
    "intake.inlet": (r"partner\..*\.referrals",),
    "matching.kernel": ("matching.commands", "cases", "responses", "holds", "hold-answers"),
    "notify.kernel": ("notify.commands", "offers"),
    "notify.mail": ("notify.journal",),
    "stats.kernel": ("stats.commands", "cases", "matches", "responses"),
}
PATIENCE = 60.0


class Calm:
    """Looks from outside: at what is on the topics and what the services' groups have committed."""

    def __init__(self, kafka: Kafka, mongo: str) -> None:
        self._kafka = kafka
        self._admin = AIOKafkaAdminClient(**kafka.options())
        self._consumer = AIOKafkaConsumer(**kafka.options())
        client = connect(mongo)
        self._stores = [MongoStore(client, f"tsunagu_{name}") for name in WITH_TIMERS]
        self._places: dict[str, list[TopicPartition]] = {}
        self._ends: dict[TopicPartition, int] = {}
        self._awaited: str | None = None

    async def start(self) -> None:
        await self._admin.start()
        await self._consumer.start()
        cluster = await cluster_id(self._kafka)
        described = await self._admin.describe_topics()
        for name, patterns in READERS.items():
            service, reader = name.split(".")
            self._places[f"tsunagu.{service}.{reader}.{cluster}"] = [
                TopicPartition(topic["topic"], p["partition"])
                for topic in described
                for p in topic["partitions"]
                if any(re.fullmatch(pattern, topic["topic"]) for pattern in patterns)
            ]

    async def stop(self) -> None:
        await self._admin.close()
        await self._consumer.stop()

    async def wait(self, now: datetime) -> datetime | None:
        """Returns when all that was published is dealt with and nothing is due; with when the next thing will be."""
        deadline = time.monotonic() + PATIENCE
        while True:
            await asyncio.sleep(0.035)
            behind = await self._behind()
            due = None if behind else await self._next_due()
            if not behind and (due is None or due > now):
                return due
            if time.monotonic() > deadline:
                raise TsunaguError(f"no calm after {PATIENCE:.0f} s: {behind or f'due at {due}'}")

    async def _behind(self) -> dict[str, int]:
        """Group → records to go. Offsets first, ends after them: what a reader caused is then seen.

        While one that was behind still is, no other is asked for. The ends are asked for anew only once the last ones are
        reached: to tell one, the embedded broker walks through all that lies on the topic.
        """
        if self._awaited and (behind := self._to_go(await self._committed(self._awaited))):
            return behind
        done = await self._committed(*self._places)
        if not (behind := self._to_go(done)):
            self._ends = await self._consumer.end_offsets([p for places in self._places.values() for p in places])
            behind = self._to_go(done)
        self._awaited = next(iter(behind), None)
        return behind

    def _to_go(self, done: Mapping[str, Mapping[Any, int]]) -> dict[str, int]:
        """By the ends that are known. Never below 0: the embedded broker's is that of the last batch's first record."""
        behind = {
            group: sum(max(0, self._ends.get(place, 0) - max(0, read.get(place, 0))) for place in self._places[group])
            for group, read in done.items()
        }
        return {group: lag for group, lag in behind.items() if lag}

    async def _committed(self, *groups: str) -> dict[str, dict[Any, int]]:
        found = await asyncio.gather(*(offsets(self._admin, group, self._places[group]) for group in groups))
        return dict(zip(groups, found, strict=True))

    async def _next_due(self) -> datetime | None:
        found = await asyncio.gather(*(store.next_due() for store in self._stores))
        return min((due for due in found if due), default=None)
