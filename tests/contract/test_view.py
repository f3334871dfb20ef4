"""A view holds the newest snapshot of each key, all of them from its start on; what it cannot read it passes over."""

from aiokafka import AIOKafkaProducer

from deploy.kafka.topics import Topic, apply
from shared.events.base import Frozen
from shared.kafka.connection import Kafka
from shared.kafka.view import View
from tests.contract.reading import until


class Snapshot(Frozen):
    load: int


async def test_a_view_of_a_compacted_topic(kafka: Kafka, unique: str) -> None:
    await apply(kafka, [Topic(unique, 2)])
    producer = AIOKafkaProducer(**kafka.options())
    await producer.start()

    async def put(key: bytes | None, value: bytes | None) -> None:
        await producer.send_and_wait(unique, value, key=key)

    for key, value in ((b"a", b'{"load":1}'), (b"a", b'{"load":2}'), (b"b", b'{"load":1}'), (b"c", b'{"load":1}')):
        await put(key, value)
    view = View(kafka, unique, Snapshot.model_validate_json)
    await view.start()
    assert {key: one.load for key, one in view.items.items()} == {"a": 2, "b": 1, "c": 1}, "known before it is used"
    for key, value in ((None, b"{}"), (b"\xff", b"{"), (b"b", b"{"), (b"c", None), (b"a", b'{"load":3}')):
        await put(key, value)
    await until(lambda: view.items["a"].load == 3 and "c" not in view.items)
    assert view.items["b"].load == 1
    await view.stop()
    await producer.stop()
