"""What a kernel remembers of documents, while others write them."""

from shared.kernel.recent import RecentStore
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
