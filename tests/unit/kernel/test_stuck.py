"""What our code cannot digest holds up its own document, nothing else; a release folds all of it in order."""

from dataclasses import replace

import pytest

from shared.events.base import by_type
from shared.kernel import dead_letters
from shared.seal import Seals
from tests.unit.kernel.bench import KEY, KEYS, Bench, NumberIds, seals
from tests.unit.kernel.counter import COUNTER, SUBSCRIPTIONS, SUMS, Add, Added, AddNow, Ring, chain_of, decide


def fixed(state, asked, context):  # type: ignore[no-untyped-def]
    """The decider after our bug was mended."""
    if isinstance(asked, Add | AddNow) and asked.number == 666:
        return [Added(number=666)]
    return decide(state, asked, context)


FIXED = replace(COUNTER, decide=fixed)


async def test_a_decider_that_raises_holds_up_its_own_document_only(bench: Bench) -> None:
    kernel = bench.kernel()
    bad = bench.event(666, 2)
    other = bench.event(9, 1, key="counter-2")
    await bench.deliver(kernel, bench.event(5, 1), bad, bench.event(7, 3), bench.command(AddNow(number=1), "c"), other)
    document = await bench.document()
    assert (document.stuck, document.version) == (str(bad), 1)
    assert (await bench.state("counter-2"))["total"] == 9
    assert [dead["reason"] for dead in bench.dead()] == ["stuck"] * 3
    assert bench.errors == [KEY]
    letters = await bench.store.letters(KEY)
    assert all('"number":' not in letter.sealed for letter in letters)
    assert {str(dead_letters.from_letter(letter, seals())) for letter in letters} >= {str(bad)}


async def test_what_comes_later_lies_aside_too_but_for_duplicates_and_ticks(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, bench.event(5, 1), bench.event(666, 2))
    await bench.deliver(kernel, bench.event(5, 1), bench.tick(), bench.event(7, 3))
    assert [letter.order for letter in await bench.store.letters(KEY)] == [1, 3]


async def test_a_release_folds_what_lay_aside_in_order_and_clears(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.event(5, 1), bench.event(666, 2), bench.event(7, 3))
    later = bench.event(8, 4)
    await bench.deliver(bench.kernel(decider=FIXED), bench.release(), later)
    assert (await bench.state())["chain"] == chain_of(5, 666, 7, 8)
    assert (await bench.document()).stuck is None
    assert await bench.store.letters(KEY) == []


async def test_what_lay_aside_before_the_broker_was_lost_is_folded_first(bench: Bench) -> None:
    """On the next one offsets begin anew."""
    first, second = bench.command(AddNow(number=666), "a"), bench.command(AddNow(number=1), "b")
    await bench.deliver(bench.kernel(), first._replace(offset=7), second._replace(offset=8))
    await bench.deliver(bench.kernel(cluster="c2"), bench.command(AddNow(number=2), "c")._replace(offset=0))
    await bench.deliver(bench.kernel(cluster="c2", decider=FIXED), bench.release())
    assert (await bench.state())["chain"] == chain_of(666, 1, 2)


async def test_commands_that_lay_aside_are_folded_though_their_offset_is_passed(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.command(AddNow(number=666), "a"), bench.command(AddNow(number=1), "b"))
    await bench.deliver(bench.kernel(decider=FIXED), bench.release(), bench.command(AddNow(number=2), "c"))
    assert (await bench.state())["chain"] == chain_of(666, 1, 2)
    assert [id for id, _ in bench.answers] == ["c"]
    assert await bench.stored("a") is not None


async def test_a_release_in_one_batch_with_what_lies_aside_loses_nothing(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.command(AddNow(number=666), "a"))
    batch = [bench.command(AddNow(number=1), "b"), bench.release(), bench.command(AddNow(number=2), "c")]
    await bench.deliver(bench.kernel(decider=FIXED), *batch)
    assert (await bench.state())["chain"] == chain_of(666, 1, 2)
    assert await bench.store.letters(KEY) == []


async def test_a_release_without_a_mend_leaves_it_stuck_with_what_follows(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, bench.event(666, 1), bench.event(7, 2), bench.event(1, 1, source="b"))
    await bench.deliver(kernel, bench.release(), bench.event(8, 3))
    assert (await bench.document()).stuck == f"{SUMS}-0-0"
    assert [letter.order for letter in await bench.store.letters(KEY)] == [0, 1, 2, 3]
    await bench.deliver(bench.kernel(decider=FIXED), bench.release())
    assert (await bench.state())["chain"] == chain_of(666, 7, 1, 8)


async def test_a_release_that_comes_again_after_a_crash_does_no_harm(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.command(AddNow(number=666), "a"))
    release = bench.release()
    bench.bus.refuse = 1
    with pytest.raises(ConnectionError):
        await bench.kernel(decider=FIXED).process([release])
    await bench.deliver(bench.kernel(decider=FIXED), release)
    await bench.deliver(bench.kernel(decider=FIXED), bench.release())
    assert (await bench.state())["chain"] == chain_of(666)


async def test_a_letter_that_cannot_be_opened_keeps_its_own_document_waiting(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.event(666, 1))
    other_key = replace(bench.kernel(decider=FIXED), sealer=Seals(KEYS, b"o" * 32))
    await bench.deliver(other_key, bench.release(), bench.event(5, 1, key="counter-2"))
    assert (await bench.document()).stuck
    assert (await bench.state("counter-2"))["total"] == 5
    await bench.deliver(bench.kernel(decider=FIXED), bench.release())
    assert (await bench.state())["chain"] == chain_of(666)


async def test_an_event_of_ours_that_this_version_cannot_read_makes_its_document_wait(bench: Bench) -> None:
    new = bench.raw(SUMS, KEY, Add(number=5), ce_type="test.add.v2", ce_sequence="1", ce_source="a")
    malformed = bench.raw(SUMS, "counter-2", AddNow(number=5), ce_type=Add.type, ce_sequence="1", ce_source="a")
    broken = malformed._replace(value=b'{"number": "many"}')
    await bench.deliver(bench.kernel(), new, bench.event(7, 2), broken)
    assert (await bench.document()).stuck == str(new)
    assert (await bench.document("counter-2")).stuck == str(broken)
    assert [dead["reason"] for dead in bench.dead()] == ["stuck"] * 3
    subscriptions = replace(SUBSCRIPTIONS, events={SUMS: {**by_type((Add,)), "test.add.v2": Add}})
    newer = replace(bench.kernel(), subscriptions=subscriptions)
    await bench.deliver(newer, bench.release())
    assert (await bench.state())["chain"] == chain_of(5, 7)


async def test_a_document_that_would_grow_beyond_a_megabyte_is_stuck(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.event(5, 1), bench.event(10**6, 2), bench.event(7, 3))
    document = await bench.document()
    assert (document.state["total"], document.version) == (5, 1)
    assert document.stuck == f"{SUMS}-0-1"


async def test_what_no_decider_knows_is_stuck_and_not_in_the_way(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.event(5, 1, key="stranger-1"), bench.event(5, 1))
    assert (await bench.document("stranger-1")).stuck
    assert (await bench.state())["total"] == 5


async def test_a_stuck_document_keeps_its_time_but_is_not_looked_at(bench: Bench) -> None:
    at = bench.clock.now()
    await bench.deliver(bench.kernel(), bench.command(Ring(at=at), "r"), bench.event(666, 1))
    assert await bench.store.due(at, 10) == []
    await bench.deliver(bench.kernel(decider=FIXED), bench.release())
    assert await bench.store.due(at, 10) == [KEY]


async def test_the_outbox_counts_in_what_a_document_may_have(bench: Bench) -> None:
    """Half a megabyte of state is allowed, and so is what it tells; but not both together with what still waits."""
    kernel = bench.kernel()
    bench.bus.refuse = 1
    with pytest.raises(ConnectionError):
        await kernel.process([bench.command(AddNow(number=n), "c" * 20_000 + str(n)) for n in range(60)])
    document = await bench.document()
    assert document.stuck
    assert sum(len(entry.text) for entry in document.outbox) < 10**6 < 60 * 20_000


async def test_a_repair_folds_what_was_laid_aside_and_clears_nothing(bench: Bench) -> None:
    first, missing, ahead = bench.event(5, 1), bench.event(7, 2), bench.event(8, 3)
    await bench.deliver(bench.kernel(), first, ahead)
    assert [(hole.sequence, hole.topic) for hole in bench.store.missing.values()] == [(3, SUMS)]
    letters = [dead_letters.to_letter(f"c1:{one}", KEY, one, seals()) for one in (missing, ahead)]
    await bench.store.keep(letters)
    await bench.deliver(bench.kernel(), bench.repair(), bench.event(9, 4))
    assert (await bench.state())["chain"] == chain_of(5, 7, 8, 9)
    assert await bench.store.letters(KEY) == []

    await bench.deliver(bench.kernel(), bench.event(666, 5), bench.repair())
    assert (await bench.document()).stuck
    assert len(await bench.store.letters(KEY)) == 1


async def test_nothing_is_laid_aside_for_a_document_that_is_not_stuck_after_all(bench: Bench) -> None:
    """What a batch decides not to write has no guard: it is to see by itself that what it had built on was never stored."""
    await bench.deliver(bench.kernel(), bench.event(5, 1))
    bad, kernel, other = bench.command(AddNow(number=666), "a"), bench.kernel(), bench.kernel(decider=FIXED)
    other.ids = NumberIds("other")
    first = await kernel.fold([bad])
    second = await kernel.fold([bench.event(7, 2)], ahead=[first])
    assert second.settled[KEY].letters
    await bench.deliver(other, bad)
    for batch in (first, second):
        await kernel.write(batch)
        await kernel.tell(batch)
    assert (await bench.state())["chain"] == chain_of(5, 666, 7)
    assert await bench.store.letters(KEY) == bench.dead() == []
