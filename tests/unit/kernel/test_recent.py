"""What a kernel remembers of documents, while others write them."""

from collections.abc import Collection, Mapping

import pytest

from shared.kernel.document import Document
from shared.kernel.memory import MemoryStore
from shared.kernel.recent import AT_LONGEST, OVERHEAD, RecentStore
from tests.unit.kernel.bench import Bench
from tests.unit.kernel.counter import chain_of


async def test_a_partition_that_comes_back_does_not_find_its_documents_as_they_were() -> None:
    """A decision to write nothing has no guard: with an old document, the third event would be ahead of a missing one."""
    bench = Bench()
    memory = RecentStore(bench.store)
    first, other = bench.kernel(store=memory), Bench(store=bench.store, bus=bench.bus).kernel()
    await bench.deliver(first, bench.event(1, 1))
    memory.forget()  # the partition is given up
    await bench.deliver(other, bench.event(2, 2))
    await bench.deliver(first, bench.event(3, 3))
    assert (await bench.state())["chain"] == chain_of(1, 2, 3)
    assert bench.tally.counts["holes"] == 0


async def test_what_is_written_rests_on_no_memory() -> None:
    bench = Bench()
    first, other = bench.kernel(store=RecentStore(bench.store)), Bench(store=bench.store, bus=bench.bus).kernel()
    await bench.deliver(first, bench.event(1, 1))
    second = bench.event(2, 2)
    await bench.deliver(other, second)
    await bench.deliver(first, second, bench.event(3, 3))
    assert (await bench.state())["chain"] == chain_of(1, 2, 3)
    assert bench.tally.counts["guard_misses"] == 1


class Asked(MemoryStore):
    """Notes what was loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def load(self, keys: Collection[str]) -> Mapping[str, Document]:
        self.asked += keys
        return await super().load(keys)


async def test_it_holds_so_many_bytes_and_forgets_those_that_were_written_longest_ago() -> None:
    store = Asked()
    memory = RecentStore(store, at_most=3 * OVERHEAD + 1000)
    sizes = {"counter-a": 700, "counter-b": 200, "counter-c": 100}
    await memory.write([("", Document(key, rev="1", size=size)) for key, size in sizes.items()])
    assert len(await memory.load(sizes)) == 3 and store.asked == []
    await memory.write([("1", Document("counter-b", rev="2", size=201))])
    assert len(await memory.load(sizes)) == 3 and store.asked == ["counter-a"]
    await memory.write([("2", Document("counter-b", rev="3", size=5000))])
    assert len(await memory.load(sizes)) == 3 and store.asked[1:] == ["counter-a", "counter-b", "counter-c"]


async def test_what_nobody_has_written_for_long_is_forgotten() -> None:
    """So a service that has run for a month holds no more than one that has run for an hour."""
    store, at = Asked(), 0.0
    memory = RecentStore(store, now=lambda: at)
    await memory.write([("", Document("counter-a", rev="1")), ("", Document("counter-b", rev="1"))])
    at = AT_LONGEST
    await memory.write([("1", Document("counter-b", rev="2"))])
    assert len(await memory.load(["counter-a", "counter-b"])) == 2 and store.asked == []
    at += 1
    await memory.write([("", Document("counter-c", rev="1"))])
    assert len(await memory.load(["counter-a", "counter-b", "counter-c"])) == 3 and store.asked == ["counter-a"]


@pytest.mark.parametrize(("room", "reads"), [(5000, 1), (0, 3)])
async def test_what_a_kernel_has_written_it_need_not_read_while_there_is_room(room: int, reads: int) -> None:
    store = Asked()
    bench = Bench(store=store)
    kernel = bench.kernel(store=RecentStore(store, at_most=OVERHEAD + room))
    for number in range(1, 4):
        await bench.deliver(kernel, bench.event(number, number))
    assert store.asked == ["counter-1"] * reads
