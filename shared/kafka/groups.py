"""What is known of consumer groups: who is in them, and how far they have come."""

from collections.abc import Collection

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.kafka.connection import Kafka
from shared.kernel.record import Place

MEMBERS = 5
"""Where in a group's description the broker lists its members."""


async def committed(kafka: Kafka, group: str, topics: Collection[str]) -> dict[Place, int]:
    """Offsets that the group has committed; a partition it never did is absent."""
    async with _Admin(kafka) as admin:
        described = await admin.describe_topics([kafka.name(topic) for topic in topics])
        places = [TopicPartition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]
        found = await admin.list_consumer_group_offsets(group, partitions=places) if places else {}
    return {kafka.place(place): at.offset for place, at in found.items() if at.offset >= 0}


async def members(kafka: Kafka, group: str) -> int:
    """How many are in it now. (The embedded broker goes on counting one that was killed.)"""
    async with _Admin(kafka) as admin:
        (answer,) = await admin.describe_consumer_groups([group])
    return sum(len(described[MEMBERS]) for described in answer.groups)


class _Admin:
    def __init__(self, kafka: Kafka) -> None:
        self._admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=10_000)

    async def __aenter__(self) -> AIOKafkaAdminClient:
        await self._admin.start()
        return self._admin

    async def __aexit__(self, *_: object) -> None:
        await self._admin.close()
