"""Two versions at work on one database: what the newer one has written is for it alone."""

from dataclasses import replace
from functools import partial

import pytest

from shared.errors import NewerVersion
from shared.kernel.attempts import LIMIT, Attempts
from shared.kernel.memory import MemoryRows
from shared.outside import from_outside
from tests.unit.kernel.bench import KEY, Bench
from tests.unit.kernel.counter import COUNTER, SUMS, TOTALS, Added, AddNow, doubled
from tests.unit.kernel.stores import Raced

NEWER = replace(COUNTER, evolve=doubled, number=2)


async def test_older_code_leaves_a_newer_document_to_newer_code(bench: Bench) -> None:
    """Nothing of its batch is stored, told or laid aside: the records come again, to who can do it."""
    await bench.deliver(bench.kernel(decider=NEWER), bench.event(5, 1))
    before, told = await bench.document(), len(bench.bus.topics[TOTALS])
    batch = [bench.event(7, 2), bench.event(1, 1, key="counter-2")]
    for older in (bench.kernel(), bench.kernel()):
        with pytest.raises(NewerVersion, match="counter documents are in form 2 already, this version knows form 1"):
            await older.process(batch)
    assert await bench.document() == before and not before.stuck
    assert not await bench.store.load(["counter-2"])
    assert len(bench.bus.topics[TOTALS]) == told
    await bench.deliver(bench.kernel(decider=NEWER), *batch)
    assert (await bench.state())["total"] == 2 * (5 + 7)
    assert (await bench.state("counter-2"))["total"] == 2 * 1


async def test_older_code_knows_what_newer_code_has_done(bench: Bench) -> None:
    first = bench.event(5, 1)
    await bench.deliver(bench.kernel(decider=NEWER), first)
    await bench.deliver(bench.kernel(), first)
    assert bench.tally.counts["duplicates"] == 1


@pytest.mark.parametrize("what", ["unreadable", "failing", "tick", "command", "release"])
async def test_whatever_it_is_for_a_newer_document_older_code_lays_nothing_aside(bench: Bench, what: str) -> None:
    newer = bench.kernel(decider=NEWER)
    await bench.deliver(newer, bench.event(5, 1))
    record = {
        "unreadable": bench.raw(SUMS, KEY, Added(number=1), ce_source="a", ce_sequence="2"),
        "failing": bench.event(7, 2),
        "tick": bench.tick(),
        "command": bench.command(AddNow(number=7), "one"),
        "release": bench.release(),
    }[what]
    if what == "release":
        await bench.deliver(newer, bench.event(666, 2))
    with pytest.raises(NewerVersion):
        await bench.kernel().process([record], [record] if what == "failing" else ())
    assert len(await bench.store.letters(KEY)) == (what == "release")
    assert bool((await bench.document()).stuck) == (what == "release")


async def test_a_second_writer_that_is_newer_is_noticed_at_the_guard() -> None:
    """Both had the partition for a moment; the older one finds out when its write misses."""
    bench = Bench(store=(store := Raced()))
    await bench.deliver(bench.kernel(), bench.command(AddNow(number=5), "first"))
    store.before_write = partial(bench.kernel(decider=NEWER).process, [bench.command(AddNow(number=7), "one")])
    with pytest.raises(NewerVersion):
        await bench.kernel().process([bench.event(1, 1)])
    document = await bench.document()
    assert (document.evolve, document.version, document.state["total"]) == (2, 2, 2 * (5 + 7))


async def test_no_record_is_blamed_for_it(bench: Bench) -> None:
    """However often it is tried: it is not the record that fails."""
    await bench.deliver(bench.kernel(decider=NEWER), bench.event(5, 1))
    record, tries = bench.event(7, 2), Attempts(bench.kernel().process, MemoryRows(), "c1", from_outside)
    for _ in range(4 * LIMIT):
        with pytest.raises(NewerVersion):
            await tries([record])
    assert not (await bench.document()).stuck and not await bench.store.letters(KEY)
