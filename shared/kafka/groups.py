"""What is known of consumer groups: who is in them, and how far they have come."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TypeVar

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
    for_code,
)

from shared.kafka.connection import Kafka
from shared.kernel.record import Place

ERROR, MEMBERS = 0, 5
"""Where in a group's description the broker says what is wrong, and lists its members."""

PATIENCE_SECONDS = 30.0
"""For brokers to decide who keeps a group: the first time some seconds."""
Answer = TypeVar("Answer")
UNDECIDED = (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError)


async def committed(kafka: Kafka, group: str, topics: Collection[str]) -> dict[Place, int]:
    """Offsets that the group has committed; a partition it never did is absent."""
    async with _Admin(kafka) as admin:
        described = await admin.describe_topics([kafka.name(topic) for topic in topics])
        places = [TopicPartition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]
        found = await offsets(admin, group, places) if places else {}
    return {kafka.place(place): offset for place, offset in found.items() if offset >= 0}


async def offsets(
    admin: AIOKafkaAdminClient, group: str, places: Sequence[TopicPartition]
) -> dict[TopicPartition, int]:
    """Committed ones, -1 where there is none."""
    found = await _decided(lambda: admin.list_consumer_group_offsets(group, partitions=places))
    return {place: at.offset for place, at in found.items()}


async def members(kafka: Kafka, group: str) -> int:
    """How many are in it now. (The embedded broker goes on counting one that was killed.)"""
    async with _Admin(kafka) as admin:
        return await _decided(lambda: _members(admin, group))


async def _members(admin: AIOKafkaAdminClient, group: str) -> int:
    (answer,) = await admin.describe_consumer_groups([group])
    for described in answer.groups:
        if (error := for_code(described[ERROR])) in UNDECIDED:
            raise error(group)
    return sum(len(described[MEMBERS]) for described in answer.groups)


async def _decided(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Waits until brokers have decided who of them keeps the group: the first question of all lets a new Apache Kafka make
    the topic for it.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await ask()
        except UNDECIDED:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


class _Admin:
    def __init__(self, kafka: Kafka) -> None:
        self._admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=10_000)

    async def __aenter__(self) -> AIOKafkaAdminClient:
        await self._admin.start()
        return self._admin

    async def __aexit__(self, *_: object) -> None:
        await self._admin.close()
