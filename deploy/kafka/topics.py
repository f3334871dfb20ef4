"""Which topics there are and what each must be like. `tsunagu topics apply` makes those that are missing."""

from dataclasses import dataclass, field

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.errors import TsunaguError
from shared.events import cases, deliveries, hold_answers, holds, matches, offers, referrals, responses, roster, updates
from shared.kafka.connection import Kafka
from shared.kernel import commands, dead_letters, journal
from shared.shelf import topics as shelf_topics

SERVICES = ("intake", "matching", "notify", "stats")
FOR_EVER = {"retention.ms": "-1"}
WEEK = {"retention.ms": str(7 * 24 * 3600 * 1000)}
MONTH = {"retention.ms": str(30 * 24 * 3600 * 1000)}
CENTURY_MS = str(100 * 365 * 24 * 3600 * 1000)
KEYS = {
    "cleanup.policy": "compact",
    "delete.retention.ms": CENTURY_MS,
    "segment.ms": "3600000",
    "max.compaction.lag.ms": "3600000",
    "min.cleanable.dirty.ratio": "0.01",
}
"""An erased key is gone from the topic within hours; that it was erased stays, for a backup may come back years later."""
COMPACTED = {"cleanup.policy": "compact", "delete.retention.ms": str(30 * 24 * 3600 * 1000)}


@dataclass(frozen=True)
class Topic:
    """`partitions`: topics read together by one service must have the same number."""

    name: str
    partitions: int
    config: dict[str, str] = field(default_factory=dict)


def network(partitions: int) -> list[Topic]:
    """The topics that are there whoever takes part."""
    between = [m.TOPIC for m in (cases, matches, holds, hold_answers, offers, responses, deliveries)]
    return [
        *(Topic(name, partitions, FOR_EVER) for name in between),
        Topic(roster.TOPIC, partitions, COMPACTED),
        *(Topic(name, 1, FOR_EVER if name.endswith(".audit") else KEYS) for name in shelf_topics()),
        *(Topic(commands.topic(service), partitions, MONTH) for service in SERVICES),
        *(Topic(journal.topic(service), partitions, FOR_EVER) for service in SERVICES),
        *(Topic(dead_letters.topic(service), 1, MONTH) for service in SERVICES),
    ]


def partner(org: str) -> list[Topic]:
    """One partition each: a partner's order is kept whatever its client does with keys."""
    return [Topic(referrals.topic(org), 1, WEEK), Topic(updates.topic(org), 1, FOR_EVER)]


async def apply(kafka: Kafka, topics: list[Topic], *, replicas: int = 1) -> list[str]:
    """Makes what is missing and returns its names. Nothing is ever shrunk, changed or deleted."""
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=10_000)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in there]
        made = [NewTopic(t.name, t.partitions, replicas, topic_configs=t.config) for t in missing]
        if made:
            _check(await admin.create_topics(made))
        return [topic.name for topic in missing]
    finally:
        await admin.close()


def _check(response: object) -> None:
    for name, code, *message in response.topic_errors:  # type: ignore[attr-defined]  # aiokafka is untyped here
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise TsunaguError(f"topic {name} could not be made: {message[0] if message else error.__name__}")
