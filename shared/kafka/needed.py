"""The topics that a service cannot work without: are they there, and do those that are read together fit together?"""

from collections.abc import Collection

from aiokafka.admin import AIOKafkaAdminClient

from shared.errors import TsunaguError
from shared.kafka.connection import Kafka

APPLY = "`tsunagu topics apply` makes topics and grants"


async def check(kafka: Kafka, together: Collection[str], others: Collection[str]) -> None:
    """`together`: read as one, so with one number of partitions: else a document would have two writers, or none.

    Raises TsunaguError with what is wrong, what is needed and which command does it; KafkaError where nobody can be asked.
    """
    there = await _partitions(kafka)
    if missing := sorted({*map(kafka.name, together), *map(kafka.name, others)} - there.keys()):
        whose = f" that the user {kafka.user} may see" if kafka.user else ""
        raise TsunaguError(f"there is no topic {', '.join(missing)}{whose}: {APPLY}")
    numbers = {name: there[name] for name in sorted(map(kafka.name, together))}
    if len({*numbers.values()}) > 1:
        told = ", ".join(f"{name} has {number}" for name, number in numbers.items())
        raise TsunaguError(
            f"topics that are read together need one number of partitions: {told}, and the most is {max(numbers.values())}. "
            "See `tsunagu topics diff`, and docs/topics.md, “More partitions”"
        )


async def _partitions(kafka: Kafka) -> dict[str, int]:
    """Of all topics that we may see. Not asked for by name: the embedded broker makes a topic that it is asked for."""
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=10_000)
    await admin.start()
    try:
        return {one["topic"]: len(one["partitions"]) for one in await admin.describe_topics()}
    finally:
        await admin.close()
