"""One contract, two brokers: in memory, and real. What is published is there, in order, or it raises."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.kafka.topics import Topic, apply
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka, cluster_id
from shared.kernel.memory import MemoryBus
from shared.kernel.ports import Bus
from shared.kernel.record import Message

Reads = Callable[[], Coroutine[Any, Any, list[Message]]]
PARTITIONS = 3


@pytest.fixture(params=["memory", "kafka"])
async def bus(request: pytest.FixtureRequest, unique: str) -> AsyncIterator[tuple[Bus, Reads]]:
    """A bus, and what lies on the topic `unique`: in order within a partition."""
    if request.param == "memory":
        memory = MemoryBus()

        async def remembered() -> list[Message]:
            return memory.topics[unique]

        yield memory, remembered
        return
    kafka = request.getfixturevalue("kafka")
    await apply(kafka, [Topic(unique, PARTITIONS)])
    real = KafkaBus(kafka)
    await real.start()
    yield real, lambda: read_back(kafka, unique)
    await real.stop()


async def read_back(kafka: Kafka, topic: str) -> list[Message]:
    consumer = AIOKafkaConsumer(**kafka.options(), enable_auto_commit=False, fetch_max_wait_ms=5)
    await consumer.start()
    try:
        places = [TopicPartition(topic, p) for p in range(PARTITIONS)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        found: list[Message] = []
        while batch := await consumer.getmany(timeout_ms=300):
            found += [Message(r.topic, r.key.decode(), r.value, list(r.headers)) for rs in batch.values() for r in rs]
        return found
    finally:
        await consumer.stop()


async def test_what_is_published_is_there_whole(bus: tuple[Bus, Reads], unique: str) -> None:
    publish, read = bus[0].publish, bus[1]
    headers = [("ce_id", b"1"), ("ce_type", "つなぐ".encode())]
    messages = [Message(unique, "case-1", b'{"a":1}', headers), Message(unique, "case-2", None)]
    await publish(messages)
    await publish([])
    found = {message.key: message for message in await read()}
    assert found["case-1"].value == b'{"a":1}' and list(found["case-1"].headers) == headers
    assert found["case-2"].value is None, "a tombstone"


async def test_a_key_keeps_its_order(bus: tuple[Bus, Reads], unique: str) -> None:
    keys = [f"case-{n}" for n in range(7)]
    for start in range(0, 300, 100):
        batch = [Message(unique, keys[n % 7], str(n).encode()) for n in range(start, start + 100)]
        await bus[0].publish(batch)
    found = await bus[1]()
    for place, key in enumerate(keys):
        assert [int(m.value or b"") for m in found if m.key == key] == list(range(place, 300, 7))


async def test_each_message_gets_its_offset(kafka: Kafka, unique: str) -> None:
    await apply(kafka, [Topic(unique, 1)])
    bus = KafkaBus(kafka)
    await bus.start()
    assert await bus.sent([Message(unique, "k", b"1"), Message(unique, "k", b"2")]) == [0, 1]
    assert await bus.sent([Message(unique, "k", b"3")]) == [2]
    await bus.stop()


async def test_a_bus_that_was_not_started_says_so(kafka: Kafka) -> None:
    with pytest.raises(ConnectionError, match="not been started"):
        await KafkaBus(kafka).publish([Message("any", "k", b"1")])


async def test_a_broker_that_does_not_acknowledge_is_an_error_and_nothing_is_there() -> None:
    bus = MemoryBus()
    bus.refuse = 1
    with pytest.raises(ConnectionError):
        await bus.publish([Message("t", "k", b"1")])
    assert bus.topics["t"] == []
    await bus.publish([Message("t", "k", b"1")])
    assert len(bus.topics["t"]) == 1


async def test_a_cluster_has_a_name(kafka: Kafka) -> None:
    assert (await cluster_id(kafka)).startswith("tsunagu-")
