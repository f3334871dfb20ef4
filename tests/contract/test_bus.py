"""One contract, two brokers: in memory, and real. What is published is there, in order, or it raises."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from deploy.kafka.topics import Topic, apply
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka, cluster_id
from shared.kafka.reader import places_of
from shared.kernel.memory import MemoryBus
from shared.kernel.ports import Bus
from shared.kernel.record import Message, Place
from shared.outside import from_outside

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


async def placed(kafka: Kafka, topic: str) -> list[Any]:
    """All records, each with its partition."""
    consumer = AIOKafkaConsumer(**kafka.options(), enable_auto_commit=False, fetch_max_wait_ms=5)
    await consumer.start()
    try:
        places = await places_of(consumer, [topic])
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        found: list[Any] = []
        while batch := await consumer.getmany(timeout_ms=300):
            found += [(place.partition, record) for place, records in batch.items() for record in records]
        return found
    finally:
        await consumer.stop()


async def read_back(kafka: Kafka, topic: str) -> list[Message]:
    return [Message(r.topic, r.key.decode(), r.value, list(r.headers)) for _, r in await placed(kafka, topic)]


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


async def test_more_than_one_request_holds_keeps_its_order(bus: tuple[Bus, Reads], unique: str) -> None:
    keys = [f"case-{n}" for n in range(5)]
    await bus[0].publish([Message(unique, keys[n % 5], b"%06d" % n + b"x" * 2_000) for n in range(1_000)])
    await bus[0].publish([Message(unique, keys[0], b"001000" + b"x" * 900_000)])
    found = await bus[1]()
    for place, key in enumerate(keys):
        said = [int((m.value or b"")[:6]) for m in found if m.key == key]
        assert said == [*range(place, 1_000, 5), *([1_000] if key == keys[0] else [])]


async def test_each_message_gets_the_next_offset(kafka: Kafka, unique: str) -> None:
    await apply(kafka, [Topic(unique, 1)])
    bus = KafkaBus(kafka)
    await bus.start()
    await bus.publish([Message(unique, "k", b"1"), Message(unique, "k", b"2")])
    await bus.publish([Message(unique, "k", b"3")])
    await bus.stop()
    assert [(record.offset, record.value) for _, record in await placed(kafka, unique)] == [
        (0, b"1"), (1, b"2"), (2, b"3"),
    ]  # fmt: skip


async def test_a_key_lies_where_every_client_looks_for_it(kafka: Kafka, unique: str) -> None:
    await apply(kafka, [Topic(unique, PARTITIONS)])
    bus, stranger = KafkaBus(kafka), AIOKafkaProducer(**kafka.options(), acks="all")
    await bus.start()
    await stranger.start()
    keys = [*(f"case-{n}" for n in range(20)), "つなぐ", ""]
    await bus.publish([Message(unique, key, b"ours") for key in keys])
    theirs = {key: (await stranger.send_and_wait(unique, b"theirs", key=key.encode())).partition for key in keys}
    await stranger.stop()
    await bus.stop()
    ours = {record.key.decode(): place for place, record in await placed(kafka, unique) if record.value == b"ours"}
    assert ours == theirs


async def test_one_that_is_too_large_is_refused_before_anything_goes_out(kafka: Kafka, unique: str) -> None:
    await apply(kafka, [Topic(unique, 1)])
    bus = KafkaBus(kafka)
    await bus.start()
    with pytest.raises(MessageSizeTooLargeError, match=unique):
        await bus.publish([Message(unique, "k", b"1"), Message(unique, "k", b"x" * 1_100_000)])
    await bus.publish([Message(unique, "k", b"2")])
    await bus.stop()
    assert [record.value for _, record in await placed(kafka, unique)] == [b"2"]


async def test_a_partition_that_is_no_more_is_the_brokers_matter(kafka: Kafka, unique: str) -> None:
    """As aiokafka tells it (AssertionError), it would be taken for a record's fault."""
    await apply(kafka, [Topic(unique, 1)])
    bus = KafkaBus(kafka)
    await bus.start()
    with pytest.raises(ConnectionError, match="fewer partitions") as caught:
        await bus._in_order(Place(unique, 7), [Message(unique, "k", b"1")])
    await bus.stop()
    assert from_outside(caught.value)


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
