"""Whatever breaks where: documents are as if nothing had, and what is told is whole, in the same bytes."""

import asyncio

import pytest

from shared.kernel.record import Place
from tests.unit.kernel.bench import KEY, Bench
from tests.unit.kernel.counter import COMMANDS, SUMS, TOTALS, AddNow, chain_of
from tests.unit.kernel.stores import Failing, Raced


async def test_after_a_crash_between_write_and_publication_the_same_bytes_are_published() -> None:
    smooth, broken = Bench(), Bench()
    for bench in (smooth, broken):
        records = [bench.event(5, 1), bench.command(AddNow(number=7), "c")]
        bench.bus.refuse = 1 if bench is broken else 0
        if bench is broken:
            with pytest.raises(ConnectionError):
                await bench.kernel().process(records)
            assert bench.answers == [], "nothing is answered before its effects are out"
        await bench.deliver(bench.kernel(), *records)
    assert broken.bus.topics == smooth.bus.topics
    assert (await broken.state()) == (await smooth.state())
    assert [id for id, _ in broken.answers] == ["c"]


@pytest.mark.parametrize("step", ["write", "append", "keep", "discard"])
async def test_a_database_that_goes_away_at_any_step_loses_nothing(step: str) -> None:
    bench = Bench(store=Failing())
    stuck, good = bench.event(666, 1), bench.event(5, 1, key="counter-2")
    await bench.deliver(bench.kernel(), stuck)
    batch = [good, bench.event(6, 2), bench.release()]
    bench.store.at = step
    with pytest.raises(ConnectionError):
        await bench.kernel().process(batch)
    await bench.deliver(bench.kernel(), *batch)
    assert (await bench.state("counter-2"))["total"] == 5
    assert set(bench.totals()) == {("counter-2:1:1", 1)}
    assert [entry.position for entry in await bench.store.journal("counter-2")] == [1]
    assert [letter.order for letter in await bench.store.letters(KEY)] == [stuck.offset, batch[1].offset]


async def test_a_crash_between_publication_and_commit_repeats_with_the_same_numbers(bench: Bench) -> None:
    records = [bench.event(5, 1), bench.event(7, 2)]
    await bench.kernel().process(records)  # and dies before the commit
    await bench.kernel().process(records)
    assert (await bench.state())["chain"] == chain_of(5, 7)
    told = bench.bus.topics[TOTALS]
    assert told[:2] == told[2:] and len(told) == 4


async def test_a_missed_guard_is_folded_again_on_what_the_other_wrote() -> None:
    bench = Bench(store=Raced())
    other = Bench(store=bench.store, bus=bench.bus)
    bench.store.before_write = lambda: other.kernel().process([bench.event(100, 1, source="b")])
    await bench.deliver(bench.kernel(), bench.event(1, 1, source="a"))
    assert (await bench.state())["chain"] == chain_of(100, 1)
    assert bench.tally.counts["guard_misses"] == 1
    assert {sequence for _, sequence in bench.totals()} == {1, 2}


async def test_a_zombie_and_the_owner_at_once_have_no_double_effect() -> None:
    store = Raced()
    zombie, owner = Bench(store=store), Bench(store=store)
    records = [zombie.event(n, n, key=key) for n in (1, 2, 3) for key in (KEY, "counter-2")]
    await asyncio.gather(zombie.kernel().process(records), owner.kernel().process(records))
    assert zombie.tally.counts["guard_misses"] + owner.tally.counts["guard_misses"] == 2
    for key in (KEY, "counter-2"):
        assert (await zombie.state(key))["chain"] == chain_of(1, 2, 3)
    assert zombie.bus.topics[TOTALS] == owner.bus.topics[TOTALS], "whoever comes second publishes the same"


async def test_an_entry_leaves_the_outbox_only_once_its_cause_is_committed(bench: Bench) -> None:
    kernel = bench.kernel()
    await kernel.process([bench.event(1, 1)])
    await kernel.process([bench.event(2, 2)])
    assert [entry.position for entry in (await bench.document()).outbox] == [1, 2]
    kernel.confirm({Place(SUMS, 0): 2})
    await kernel.process([bench.event(3, 3)])
    assert [entry.position for entry in (await bench.document()).outbox] == [3]


async def test_what_a_zombie_has_folded_behind_the_committed_offset_is_told() -> None:
    """The owner's consumer had passed over that record. The zombie has it still, and ends before it tells what came of it."""
    bench = Bench()
    zombie, owner = bench.kernel(), bench.kernel()
    first, passed_over, after = bench.event(1, 1), bench.event(2, 2), bench.event(9, 1, key="counter-2")
    await bench.deliver(zombie, first)
    owner.confirm({Place(SUMS, 0): 1})
    await bench.deliver(owner, after)
    bench.bus.refuse = 1
    with pytest.raises(ConnectionError):
        await zombie.process([passed_over])
    await bench.deliver(owner, bench.event(3, 3))
    assert (await bench.state())["chain"] == chain_of(1, 2, 3)
    assert [one for one in bench.totals() if one[0].startswith(KEY)][-2:] == [(f"{KEY}:2:1", 2), (f"{KEY}:3:1", 3)]
    assert [entry.position for entry in await bench.store.journal(KEY)] == [1, 2, 3]


async def test_what_was_read_before_a_break_is_told_once_more_and_then_ours(bench: Bench) -> None:
    """A repeat brings the document up; else two services would answer each other's repeats for ever."""
    kernel = bench.kernel()
    await bench.deliver(kernel, one := bench.event(1, 1))
    kernel.begin_anew()
    repeat = one._replace(offset=1)
    await bench.deliver(kernel, repeat)
    await bench.deliver(kernel, one._replace(offset=2))
    assert bench.totals() == [(f"{KEY}:1:1", 1)] * 2


async def test_entries_of_another_cluster_are_carried_on_and_published(bench: Bench) -> None:
    await bench.kernel().process([bench.event(1, 1)])
    bench.bus.topics.clear()  # the broker is gone, with all that was on it
    new = bench.kernel(cluster="c2")
    bench.offsets.clear()
    await new.process([bench.event(2, 2)])
    assert bench.totals() == [(f"{KEY}:1:1", 1), (f"{KEY}:2:1", 2)]
    causes = [entry.cause for entry in (await bench.document()).outbox]
    assert [(cause.cluster, cause.offset) for cause in causes] == [("c2", 0), ("c2", 0)]
    new.confirm({Place(SUMS, 0): 1})
    await new.process([bench.event(3, 3)])
    assert [entry.position for entry in (await bench.document()).outbox] == [3]


async def test_in_another_cluster_small_offsets_are_new_and_known_ids_are_not(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), *[bench.command(AddNow(number=1), f"c{n}") for n in range(5)])
    bench.offsets.clear()
    again, new = bench.command(AddNow(number=1), "c0"), bench.command(AddNow(number=1), "c9")
    await bench.deliver(bench.kernel(cluster="c2"), again, new)
    assert (await bench.state())["total"] == 6


async def test_ids_are_forgotten_when_committed_old_and_many(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, *[bench.command(AddNow(number=1), f"c{n}") for n in range(70)])
    bench.clock.forward(minutes=9)
    await bench.deliver(kernel, bench.command(AddNow(number=1), "soon"))
    assert len((await bench.document()).ids) == 71, "all of the last ten minutes"
    bench.clock.forward(minutes=2)
    await bench.deliver(kernel, bench.command(AddNow(number=1), "later"))
    ids = list((await bench.document()).ids)
    assert len(ids) == 64 and ids[-2:] == ["soon", "later"] and ids[0] == "c8"


async def test_ids_that_are_not_committed_are_never_forgotten(bench: Bench) -> None:
    kernel = bench.kernel()
    await kernel.process([bench.command(AddNow(number=1), f"c{n}") for n in range(70)])
    bench.clock.forward(minutes=11)
    await kernel.process([bench.command(AddNow(number=1), "later")])
    assert len((await bench.document()).ids) == 71
    assert kernel.committed[Place(COMMANDS, 0)] == 0


async def test_a_record_from_before_the_last_one_is_known_though_its_id_is_forgotten(bench: Bench) -> None:
    """The group's offsets were lost: all comes again from the start."""
    kernel = bench.kernel()
    records = [bench.command(AddNow(number=1), f"c{n}") for n in range(70)]
    await bench.deliver(kernel, *records)
    bench.clock.forward(minutes=11)
    await bench.deliver(kernel, bench.command(AddNow(number=1), "later"))
    assert "c0" not in (await bench.document()).ids
    await bench.kernel().process(records)
    assert (await bench.state())["total"] == 71
