"""What a contestant has told, as a reader of committed records sees it.

By librdkafka, for aiokafka 0.14 raises a TypeError at the mark of an aborted transaction.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Message, TopicPartition

from tests.bench.rivals.pace import Offsets

PATIENCE = 30.0


@contextmanager
def reader(servers: str, topic: str) -> Iterator[Consumer]:
    """Of all partitions from their beginnings on."""
    consumer = Consumer({
        "bootstrap.servers": servers, "group.id": "outputs", "isolation.level": "read_committed",
        "enable.auto.commit": False, "enable.partition.eof": True,
    })  # fmt: skip
    try:
        consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in _partitions(consumer, topic)])
        yield consumer
    finally:
        consumer.close()


def _partitions(consumer: Consumer, topic: str) -> list[int]:
    """A topic that has just been made may not be known at once."""
    deadline = time.monotonic() + PATIENCE
    while not (found := consumer.list_topics(topic, PATIENCE).topics[topic].partitions):
        assert time.monotonic() < deadline, f"the broker does not know {topic}"
        time.sleep(0.1)
    return sorted(found)


def lacking(servers: str, steps: str, totals: str, offsets: Offsets) -> int:
    """How many committed steps have no total of their number."""
    told = {(one["case"], one["count"]) for one in map(_value, _every(servers, totals))}
    committed = (record for record in _every(servers, steps) if record.offset() < offsets.get(record.partition(), 0))
    due = Counter(_value(record)["case"] for record in committed)
    return sum((case, number) not in told for case, count in due.items() for number in range(1, count + 1))


def _every(servers: str, topic: str) -> Iterator[Message]:
    """As far as nothing is in doubt: of an open transaction nothing."""
    with reader(servers, topic) as consumer:
        left = len(consumer.assignment())
        while left:
            record = consumer.poll(PATIENCE)
            assert record, f"{topic} cannot be read to its end"
            if not (error := record.error()):
                yield record
            else:
                assert error.code() == KafkaError._PARTITION_EOF, error
                left -= 1


def _value(record: Message) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(record.value() or b"")
    return value
