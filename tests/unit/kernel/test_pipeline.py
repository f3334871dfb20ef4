"""The second gear: the same outcome as batch by batch, whatever fails on the way."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import Any

import pytest

from shared.kernel.document import Document, Entry
from shared.kernel.kernel import Kernel
from shared.kernel.memory import MemoryBus, MemoryStore
from shared.kernel.pipeline import Pipeline
from shared.kernel.recent import RecentStore
from shared.kernel.record import Message, Place, Record
from tests.unit.kernel.bench import Bench, NumberIds
from tests.unit.kernel.counter import COMMANDS, SUMS, AddNow, chain_of

KEYS = ("counter-1", "counter-2", "counter-3")


class Slow(MemoryStore):
    """Answers later; `luck` may let a write fail before or after it is done, or another writer come first."""

    def __init__(self, luck: Random, faults: float) -> None:
        super().__init__()
        self.luck, self.faults = luck, faults

    def strikes(self) -> bool:
        return self.luck.random() < self.faults

    async def load(self, keys: Collection[str]) -> Mapping[str, Document]:
        await asyncio.sleep(0)
        return await super().load(keys)

    async def write(self, documents: Sequence[tuple[str, Document]]) -> set[str]:
        await asyncio.sleep(0)
        if self.strikes():
            raise ConnectionError("before it was written")
        missed = await super().write(documents)
        await asyncio.sleep(0)
        if self.strikes():
            raise ConnectionError("its acknowledgement was lost")
        return missed

    async def append(self, entries: Sequence[Entry]) -> None:
        await asyncio.sleep(0)
        if self.strikes():
            raise ConnectionError("the journal did not answer")
        await super().append(entries)


class SlowBus(MemoryBus):
    def __init__(self, luck: Random, faults: float) -> None:
        super().__init__()
        self.luck, self.faults = luck, faults

    async def publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if self.luck.random() < self.faults / 20:
                raise ConnectionError("half of it is out")
            await super().publish([message])
        await asyncio.sleep(0)


class Topic:
    """shared.kernel.member.Partitions over two lists, and what fetches from them."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.places = sorted({record.place for record in records})
        self.at = dict.fromkeys(self.places, 0)
        self.done = dict.fromkeys(self.places, 0)

    def assignment(self) -> Collection[Place]:
        return self.places

    async def position(self, place: Place) -> int:
        return self.at[place]

    async def committed(self, place: Place) -> int:
        return self.done[place]

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        for place, offset in offsets.items():
            assert offset > self.done[place], "an older batch is committed after a newer one"
            self.done[place] = offset

    def seek(self, place: Place, offset: int) -> None:
        assert offset == self.done[place], "back to what is committed, no further and no less"
        self.at[place] = offset

    def fetch(self, most: int) -> list[Record]:
        found = [record for record in self.records if record.offset >= self.at[record.place]][:most]
        for record in found:
            self.at[record.place] = record.offset + 1
        return found

    @property
    def through(self) -> bool:
        return sum(self.done.values()) == len(self.records)


def pipeline(bench: Bench, topic: Topic, kernel: Kernel, depth: int = 3) -> Pipeline:
    failed: list[str] = []
    made = Pipeline("kernel", topic, kernel.process, kernel, depth, kernel.committed, lambda *_: failed.append(""))
    kernel.committed.clear()
    kernel.committed.update(topic.done)
    return made


async def run(topic: Topic, member: Pipeline, luck: Random) -> None:
    async with asyncio.timeout(60):
        while not topic.through:
            if batch := topic.fetch(luck.randint(1, 6)):
                await member.take(batch)
            else:
                await asyncio.sleep(0)
    await member.finish()


def inputs(bench: Bench, luck: Random, count: int) -> tuple[list[Record], dict[str, list[int]]]:
    """Events and commands, duplicates among them; and what each counter is to have added."""
    records, sums = [], {key: list[int]() for key in KEYS}
    sequences = dict.fromkeys(KEYS, 0)
    for number in range(1, count):
        key = luck.choice(KEYS)
        if luck.random() < 0.5:
            sequences[key] += 1
            records.append(bench.event(number, sequences[key], key=key))
            sums[key].append(number)
            if luck.random() < 0.2:
                records.append(bench.event(number, sequences[key], key=key))
        elif number not in (13, 666):
            records.append(bench.command(AddNow(number=number), f"c{number}", key=key))
            sums[key].append(number)
    return records, sums


def in_order(bus: MemoryBus) -> dict[str, list[int]]:
    """Sequences of the totals of each counter as a reader takes them: repeats dropped; a hole fails."""
    seen: dict[str, list[int]] = {}
    for message in bus.topics["totals"]:
        head = {name: (value or b"").decode() for name, value in message.headers}
        numbers, sequence = seen.setdefault(message.key, []), int(head["ce_sequence"])
        if sequence <= len(numbers):
            continue
        assert sequence == len(numbers) + 1, f"{message.key}: {sequence} after {len(numbers)}"
        numbers.append(sequence)
    return seen


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.kernel.member.MAX_BACKOFF", 0.0)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("faults", [0.0, 0.08])
async def test_the_outcome_is_that_of_batch_by_batch(bench: Bench, seed: int, faults: float) -> None:
    luck = Random(seed)
    records, sums = inputs(bench, luck, 40)
    bench.store, bench.bus = store, bus = Slow(luck, faults), SlowBus(luck, faults)
    topic = Topic(records)
    kernel = bench.kernel(store=RecentStore(store))
    await run(topic, pipeline(bench, topic, kernel), luck)
    for key, numbers in sums.items():
        document = await bench.document(key)
        assert sorted(await added(store, key)) == sorted(numbers)
        assert document.state["chain"] == chain_of(*await added(store, key))
        assert in_order(bus)[key] == list(range(1, len(numbers) + 1))
    assert topic.through


async def added(store: MemoryStore, key: str) -> list[int]:
    """By the journal."""
    entries = await store.journal(key)
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    return [event["data"]["number"] for entry in entries for event in entry.events if event["topic"] is None]


async def test_batches_are_on_their_way_at_once(bench: Bench) -> None:
    """The third is folded before the first is told."""
    records = [bench.event(number, number) for number in range(1, 5)]
    topic = Topic(records)
    kernel = bench.kernel()
    member = pipeline(bench, topic, kernel)
    gate, told = asyncio.Event(), MemoryBus.publish

    async def held(bus: MemoryBus, messages: Sequence[Message]) -> None:
        await gate.wait()
        await told(bus, messages)

    await member.take(topic.fetch(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryBus, "publish", held)
        for _ in range(3):
            await member.take(topic.fetch(1))
        assert topic.done[Place(SUMS, 0)] == 1
        gate.set()
        await member.finish()
    assert topic.through
    assert [sequence for _, sequence in bench.totals()] == [1, 2, 3, 4], "nothing is told twice"


async def test_who_comes_between_makes_all_that_was_built_on_it_be_folded_anew(bench: Bench) -> None:
    """Another process writes the document while two batches of ours are on their way."""
    topic = Topic([bench.event(number, number) for number in range(1, 5)])
    raced = bench.kernel(store=RecentStore(bench.store))
    member = pipeline(bench, topic, raced)
    await member.take(topic.fetch(1))
    other, gate, at_its_write = bench.kernel(), asyncio.Event(), asyncio.Event()
    other.ids = NumberIds("other")
    write = bench.store.write

    async def late(documents: Any) -> set[str]:
        at_its_write.set()
        await gate.wait()
        return await write(documents)

    bench.store.write = late  # type: ignore[method-assign]
    await member.take(topic.fetch(1))
    await member.take(topic.fetch(1))
    await at_its_write.wait()
    bench.store.write = write  # type: ignore[method-assign]
    await bench.deliver(other, bench.command(AddNow(number=100), "between"))
    gate.set()
    await member.take(topic.fetch(1))
    await member.finish()
    assert (await bench.state())["chain"] == chain_of(1, 100, 2, 3, 4)
    assert bench.tally.counts["guard_misses"] >= 2
    assert {sequence for _, sequence in bench.totals()} == {1, 2, 3, 4, 5}


async def test_a_release_takes_up_what_a_batch_ahead_lays_aside(bench: Bench) -> None:
    topic = Topic([bench.event(5, 1), bench.command(AddNow(number=666), "a"), bench.event(7, 2), bench.release()])
    member = pipeline(bench, topic, bench.kernel())
    for _ in range(4):
        await member.take(topic.fetch(1))
    await member.finish()
    assert (await bench.document()).stuck == f"{COMMANDS}-0-0"
    assert len(await bench.store.letters("counter-1")) == 2
