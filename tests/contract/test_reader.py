"""A reader commits a batch when it is done with it, never before, and loses none whatever happens.

Joining a group takes three seconds each time, so these stories run side by side, and each is a test of its own.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from aiokafka import ConsumerRecord
from aiokafka.producer import message_accumulator, producer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from faststream.kafka.message import KafkaMessage

from shared.errors import BadRecord
from shared.kafka import doze
from shared.kafka.connection import Kafka
from shared.kafka.reader import Reader
from shared.kernel.record import Place, decode_headers
from tests.contract.reading import Group, Handler, until

Story = Callable[[Kafka, str], Awaitable[None]]
STORIES: dict[str, Story] = {}


def story(told: Story) -> Story:
    STORIES[told.__name__] = told
    return told


@pytest.fixture(scope="module")
def outcomes(kafka: Kafka) -> dict[str, BaseException | None]:
    async def together() -> dict[str, BaseException | None]:
        ends = await asyncio.gather(
            *(told(kafka, f"t{uuid4().hex[:10]}") for told in STORIES.values()), return_exceptions=True
        )
        return dict(zip(STORIES, ends, strict=True))

    return asyncio.run(together())


@story
async def of_several_brokers_each_is_a_way_in(kafka: Kafka, unique: str) -> None:
    group, handler = await Group(replace(kafka, servers=f"127.0.0.1:1,{kafka.servers}"), unique).prepare(), Handler()
    await group.send("1")
    async with group.reading(handler):
        await until(lambda: handler.done == ["1"])


@story
async def a_batch_is_committed_when_it_is_done_and_not_before(kafka: Kafka, unique: str) -> None:
    group, handler = await Group(kafka, unique).prepare(), Handler()
    handler.gate.clear()
    await group.send("1", "2")
    async with group.reading(handler) as reader:
        await until(lambda: bool(handler.batches))
        assert await group.committed() == [0]
        assert reader.committed == {Place(unique, 0): 0}
        assert reader.owns(unique, "any key") and not reader.owns("another topic", "any key")
        handler.gate.set()
        await until(lambda: reader.committed[Place(unique, 0)] == 2)
        assert await group.committed() == [2]
        assert await reader.lag() == 0


@story
async def whatever_is_in_a_header_the_record_is_handed_over_raw(kafka: Kafka, unique: str) -> None:
    group, handler = await Group(kafka, unique).prepare(), Handler()
    poison: list[tuple[str, bytes | None]] = [("a", None), ("b", b"\xff\xfe"), ("b", b"")]
    await group.send("poison", headers=poison)
    await group.send("good")
    async with group.reading(handler):
        await until(lambda: len(handler.done) == 2)
        records = [record for batch in handler.batches for record in batch]
        assert list(records[0].headers) == poison
        assert (records[0].key, records[0].offset, str(records[1])) == (b"k", 0, f"{unique}-0-1")


class NoText(str):
    """A header name as a careless client writes it."""

    def encode(self, *_: Any) -> bytes:
        return b"\xff\xfe"


@story
async def a_header_name_that_is_no_utf_8_ends_nothing(kafka: Kafka, unique: str) -> None:
    group, handler = await Group(kafka, unique).prepare(), Handler()
    await group.send("before")
    with (
        mock.patch.object(producer, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy),
        mock.patch.object(message_accumulator, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy),
    ):  # the fast builder of aiokafka takes nothing but real text
        await group.send("poison", headers=[(NoText("x"), b"v")])
    await group.send("after")
    async with group.reading(handler):
        await until(lambda: len(handler.done) == 3)
        poison = next(r for batch in handler.batches for r in batch if r.value == b"poison")
        with pytest.raises(BadRecord, match="name of a header"):
            decode_headers(poison.headers)


@story
async def after_an_error_all_comes_again_in_order_later_each_time(kafka: Kafka, unique: str) -> None:
    group, handler = await Group(kafka, unique).prepare(), Handler(failures=3)
    await group.send("1", "2", "3")
    async with group.reading(handler) as reader:
        await until(lambda: handler.done == ["1", "2", "3"])
        assert len(group.errors) == 3
        assert [batch[0].offset for batch in handler.batches[:4]] == [0, 0, 0, 0]
        waits = [after - before for before, after in zip(handler.times, handler.times[1:], strict=False)]
        assert waits[0] >= 0.2 and waits[1] >= 0.4 and waits[2] >= 0.8
        await until(lambda: reader.committed[Place(unique, 0)] == 3)
        assert reader.last_error is None


@story
async def who_has_had_nothing_for_a_while_asks_seldom_until_something_comes(kafka: Kafka, unique: str) -> None:
    group, handler = await Group(kafka, unique).prepare(), Handler()
    await group.send("1")
    async with group.reading(handler) as reader:
        await until(lambda: handler.done == ["1"])
        awake = await _fetches(reader)
        await asyncio.sleep(doze.AT_MOST_MS / 1000 / doze.SHARE)
        asleep = await _fetches(reader)
        await group.send("2")
        await until(lambda: handler.done == ["1", "2"])
        again = await _fetches(reader)
    assert 2 * asleep < awake and 2 * asleep < again, (awake, asleep, again)


async def _fetches(reader: Reader) -> int:
    """So many in a second."""
    client: Any = reader._consumer._client
    with mock.patch.object(client, "send", wraps=client.send) as send:
        await asyncio.sleep(1)
        return sum("Fetch" in type(call.args[1]).__name__ for call in send.mock_calls if len(call.args) > 1)


@story
async def a_pattern_finds_a_topic_that_is_made_later(kafka: Kafka, unique: str) -> None:
    group, handler = Group(kafka, f"{unique}.new.referrals"), Handler()
    await Group(kafka, f"{unique}.old.referrals").prepare()
    async with group.reading(handler, pattern=rf"^{unique}\.[a-z]+\.referrals$"):
        await group.send("old", topic=f"{unique}.old.referrals")
        await until(lambda: handler.done == ["old"])
        await group.prepare()
        await group.send("new")
        await until(lambda: handler.done == ["old", "new"])


@story
async def a_partition_goes_to_another_only_when_the_batch_in_hand_is_through(kafka: Kafka, unique: str) -> None:
    group = await Group(kafka, unique, partitions=2).prepare()
    first, second = Handler(), Handler()
    first.gate.clear()
    await group.send("1", "2", "3", "4")
    async with group.reading(first) as one:
        await until(lambda: bool(first.batches))
        other = group.reader(second)
        joining = asyncio.create_task(other.start())
        await asyncio.sleep(2)  # the group wants to share; the batch is still in hand
        assert not joining.done() and second.batches == []
        first.gate.set()
        await joining
        await until(lambda: len(one.committed) == len(other.committed) == 1)
        await group.send("5", "6")
        await until(lambda: len(first.done) + len(second.done) >= 6)
        assert sorted(first.done + second.done) == ["1", "2", "3", "4", "5", "6"], "each once"
        assert len(second.done) == 1
        await other.stop()


@story
async def stopped_it_finishes_and_commits_the_batch_in_hand(kafka: Kafka, unique: str) -> None:
    group, handler = await Group(kafka, unique).prepare(), Handler()
    handler.gate.clear()
    await group.send("1", "2")
    reader = group.reader(handler)
    await reader.start()
    await until(lambda: bool(handler.batches))
    stopping = asyncio.create_task(reader.stop())
    await group.send("3")
    await asyncio.sleep(0.3)  # it is fetched, and waits for its turn
    assert not stopping.done()
    handler.gate.set()
    async with asyncio.timeout(5):
        await stopping
    assert handler.done == ["1", "2"]
    assert await group.committed() == [2]


@pytest.mark.parametrize("told", STORIES)
def test_a_reader(outcomes: dict[str, BaseException | None], told: str) -> None:
    if error := outcomes[told]:
        raise error


async def test_what_is_done_with_is_gone_without_a_collector(kafka: Kafka, unique: str) -> None:
    """Whatever lies about in circles keeps all that it was made of, until a collector comes: seldom, in a service."""
    group, handler = await Group(kafka, unique).prepare(), Handler()
    async with group.reading(handler):
        gc.collect()
        before = _of_clients()
        gc.disable()
        try:
            for number in range(1, 6):
                await group.send("value")
                await until(lambda number=number: len(handler.done) == number)
            await until(lambda: _of_clients() - before <= 2)  # the last is in hand for a moment
        finally:
            gc.enable()


def _of_clients() -> int:
    # by type: to ask a weak proxy whether it is an instance asks what it stood for, which may be gone
    return sum(type(one) in (ConsumerRecord, KafkaMessage) for one in gc.get_objects())
