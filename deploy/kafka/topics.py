"""Which topics there are and what each must be like, by `network.toml`; `apply` makes those that are missing."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from deploy.kafka.declared import ORG, Declared, DeclaredTopic, read
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka


@dataclass(frozen=True)
class Topic:
    """`partitions`: topics read together by one service must have the same number."""

    name: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=dict)


def network(partitions: int | None = None, declared: Declared | None = None) -> list[Topic]:
    """The topics that are there whoever takes part. `partitions`: instead of the file's number, of those read together."""
    declared = declared or read()
    return [
        _topic(name, one, declared, partitions)
        for pattern, one in declared.topics.items() if ORG not in pattern
        for name in declared.each(pattern)
    ]  # fmt: skip


def partner(org: str, declared: Declared | None = None) -> list[Topic]:
    """What comes with a partner."""
    declared = declared or read()
    return [
        _topic(pattern.replace(ORG, org), one, declared) for pattern, one in declared.topics.items() if ORG in pattern
    ]


def partners(names: Collection[str], declared: Declared) -> list[str]:
    """Whose topics are among these."""
    patterns = [re.escape(name).replace(re.escape(ORG), "([a-z0-9-]+)") for name in declared.topics if ORG in name]
    found = (re.fullmatch(pattern, name) for pattern in patterns for name in names)
    return sorted({match[1] for match in found if match})


def _topic(name: str, one: DeclaredTopic, declared: Declared, partitions: int | None = None) -> Topic:
    config = {key: str(value) for key, value in declared.keeps[one.keeps].items()}
    return Topic(name, one.partitions or partitions or declared.partitions, config)


async def apply(kafka: Kafka, topics: Collection[Topic], *, replicas: int = 1) -> list[str]:
    """Makes what is missing and returns its names. Nothing is ever shrunk, changed or deleted."""
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=10_000)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [topic for topic in topics if kafka.name(topic.name) not in there]
        made = [NewTopic(kafka.name(t.name), t.partitions, replicas, topic_configs=dict(t.config)) for t in missing]
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
