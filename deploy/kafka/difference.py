"""What brokers have against what the file says. Pure; nothing in it ever takes anything away."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from deploy.kafka import granted, topics
from deploy.kafka.declared import Declared
from deploy.kafka.fates import Difference, Fate
from deploy.kafka.there import Found, There
from deploy.kafka.topics import Topic
from shared.kafka.connection import Kafka

RUNBOOK = "docs/topics.md, “More partitions”"
LONGER = ("retention.ms", "retention.bytes", "delete.retention.ms", "min.insync.replicas")
"""Settings that only grow; -1 is for ever."""
GENERATION = re.compile(r"\.g\d+$")


def differences(there: There, declared: Declared, kafka: Kafka, partitions: int, replicas: int) -> list[Difference]:
    """`partitions`: of the topics read together. `replicas`: of every topic."""
    orgs = topics.partners(there.topics, declared)
    shared = [durable(topic, replicas) for topic in topics.network(partitions, declared)]
    wanted = shared + [durable(topic, replicas) for org in orgs for topic in topics.partner(org, declared)]
    found = {topic.name: there.topics.get(kafka.name(topic.name)) for topic in wanted}
    together = [topic.name for topic in shared if topic.partitions == partitions]
    return [
        *_together({name: one.partitions for name in together if (one := found[name])}, partitions),
        *(one for topic in wanted for one in _of(topic, kafka, found[topic.name], partitions, replicas)),
        *_strangers(there, {kafka.name(topic.name) for topic in wanted} | set(others(there, shared, kafka))),
        *granted.differences(there, declared, orgs, kafka, others(there, shared, kafka)),
    ]


def others(there: There, ours: Iterable[Topic], kafka: Kafka) -> dict[str, str]:
    """Topics of ours of another generation: what they are called on the brokers → their name. They and the grants on them
    are let be: who still reads them may not have moved yet.
    """
    names = {topic.name for topic in ours}
    bases = {raw: GENERATION.sub("", raw) for raw in there.topics}
    return {raw: base for raw, base in bases.items() if base in names and raw != kafka.name(base)}


def durable(topic: Topic, replicas: int) -> Topic:
    """A record is acknowledged once all replicas but one have it: one may be away."""
    if replicas < 2:
        return topic
    return replace(topic, config={**topic.config, "min.insync.replicas": str(replicas - 1)})


def _together(found: Mapping[str, int], partitions: int) -> Iterator[Difference]:
    """Topics read together have one number, and keep it. `found`: topic → its partitions."""
    for number in sorted({*found.values()} - {partitions}):
        names = [name for name, one in found.items() if one == number]
        yield Difference(
            Fate.REFUSE,
            f"{_some(names)}: {number} partitions, should be {partitions}. Topics of events neither grow nor shrink in place, "
            f"for a later reader would meet a key's events out of order: see {RUNBOOK}, or ask for {number}",
        )


def _some(names: Sequence[str]) -> str:
    first = ", ".join(names[:3])
    return f"topics {first}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _of(topic: Topic, kafka: Kafka, found: Found | None, together: int, replicas: int) -> Iterator[Difference]:
    """Named as on the brokers: what is left is done there."""
    called = kafka.name(topic.name)
    if found is None:
        config = ", ".join(f"{key}={value}" for key, value in topic.config.items())
        yield Difference(Fate.MAKE, f"topic {called}: {_number(topic.partitions)}, {config}", topic)
        return
    if found.partitions > topic.partitions != together:
        yield Difference(
            Fate.LEAVE,
            f"topic {called}: {_number(found.partitions)}, should be {topic.partitions}; none is taken away",
        )
    if found.replicas < replicas:
        yield Difference(
            Fate.LEAVE,
            f"topic {called}: {found.replicas} replicas, should be {replicas}; Kafka's kafka-reassign-partitions adds them",
        )
    for key, value in topic.config.items():
        if not _same(found.config.get(key), value):
            yield _setting(topic, called, key, found.config.get(key), value)


def _setting(topic: Topic, called: str, key: str, now: str | None, then: str) -> Difference:
    what = f"topic {called}: {key} is {'not set' if now is None else now}, should be {then}"
    if now is not None and _takes_away(key, now, then):
        return Difference(Fate.LEAVE, f"{what}; records would be lost by it, so it is never done from here")
    return Difference(Fate.CHANGE, what, topic, settings=((key, then),))


def _takes_away(key: str, now: str, then: str) -> bool:
    if key == "cleanup.policy":
        return True
    return key in LONGER and then != "-1" and (now == "-1" or int(then) < int(now))


def _same(now: str | None, then: str) -> bool:
    try:
        return now == then or (now is not None and float(now) == float(then))
    except ValueError:
        return False


def _number(partitions: int) -> str:
    return f"{partitions} partition{'s' if partitions > 1 else ''}"


def _strangers(there: There, known: Set[str]) -> Iterator[Difference]:
    for name in sorted(there.topics.keys() - known):
        yield Difference(Fate.LEAVE, f"topic {name} is not in the file; no topic is deleted")
