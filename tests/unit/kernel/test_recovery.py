"""A document read back from its journal is the one that was lost."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.document import Document, Entry, entry_from
from shared.kernel.kernel import Kernel
from shared.kernel.record import Place, Record
from shared.kernel.recovery import CannotFold, Known, following, recover, same, unfolded
from tests.unit.kernel.bench import KEY, Bench
from tests.unit.kernel.counter import COMMANDS, COUNTER, LATER, SUMS, AddNow, Ring, chain_of, doubled
from tests.unit.kernel.test_stuck import FIXED

NEWER = replace(COUNTER, evolve=doubled, number=2)


def told(bench: Bench, key: str = KEY) -> list[Entry]:
    """The journal as its topic has it."""
    return [entry_from(json.loads(message.value or b"")) for message in bench.journalled() if message.key == key]


def known(kernel: Kernel, **changed: object) -> Known:
    return replace(Known(kernel.cluster, dict(kernel.committed), kernel.deciders), **changed)


def read_back(bench: Bench, kernel: Kernel, document: Document | None = None) -> Document:
    base = document or Document(KEY)
    return recover(base, following(base.version, told(bench)), known(kernel))


async def everything(bench: Bench, kernel: Kernel) -> None:
    """Events, commands, a refusal, a repeat, ticks."""
    await bench.deliver(kernel, bench.event(5, 1), bench.event(7, 1, source="b"), bench.command(AddNow(number=1), "c1"))
    await bench.deliver(kernel, bench.command(AddNow(number=13), "c2"), bench.command(AddNow(number=1), "c1"))
    await bench.deliver(kernel, bench.command(Ring(at=bench.clock.now() + LATER), "ring"), bench.event(2, 2))
    bench.clock.forward(hours=2, milliseconds=7)
    await bench.deliver(kernel, bench.tick(), bench.tick(), bench.event(9, 3))


async def test_a_lost_document_comes_back_as_it_was(bench: Bench) -> None:
    kernel = bench.kernel()
    await everything(bench, kernel)
    before = await bench.document()
    assert read_back(bench, kernel) == replace(before, rev="", outbox=())


async def test_one_of_a_backup_catches_up(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, bench.event(5, 1), bench.command(AddNow(number=1), "early"))
    backup = await bench.document()
    await everything(bench, kernel)
    now = await bench.document()
    assert read_back(bench, kernel, backup) == replace(now, rev=backup.rev, outbox=backup.outbox)


async def test_it_knows_what_it_had_applied_and_goes_on_from_there(bench: Bench) -> None:
    kernel = bench.kernel()
    records = [bench.event(5, 1), bench.command(AddNow(number=7), "c"), bench.command(AddNow(number=13), "refused")]
    await bench.deliver(kernel, *records)
    await bench.store.write([((await bench.document()).rev, replace(read_back(bench, kernel), rev="back"))])
    before, bench.answers = bench.totals(), []
    again = [bench.command(AddNow(number=7), "c"), bench.command(AddNow(number=13), "refused")]
    await bench.deliver(bench.kernel(), *records, *again)
    assert bench.totals() == before
    assert [(id, one.refused) for id, one in bench.answers] == [("c", None), ("refused", "unlucky")] * 2
    await bench.deliver(bench.kernel(), bench.event(1, 2))
    assert bench.totals()[-1] == (f"{KEY}:4:1", 3)


async def test_another_content_under_a_known_id_is_told_from_a_repeat(bench: Bench) -> None:
    kernel = bench.kernel()
    record = bench.command(AddNow(number=7), "c")
    await bench.deliver(kernel, record)
    answer = read_back(bench, kernel).ids["c"]
    read = kernel.subscriptions.read
    assert answer.to(read(record).hash).refused is None
    assert answer.to(read(bench.command(AddNow(number=8), "c")).hash).refused == "id_reused"


async def test_what_may_not_be_on_kafka_is_in_the_outbox(bench: Bench) -> None:
    """Its events may be missing though its journal line is there: the record comes again and brings them."""
    kernel = bench.kernel()
    await bench.deliver(kernel, bench.event(5, 1))
    await kernel.process([last := bench.event(7, 2)])
    back = read_back(bench, kernel)
    assert [entry.position for entry in back.outbox] == [2]
    assert back == replace(await bench.document(), rev="")
    bench.bus.topics.clear()
    await bench.store.write([((await bench.document()).rev, replace(back, rev="back"))])
    await bench.deliver(kernel, last)
    assert bench.totals() == [(f"{KEY}:2:1", 2)]


async def test_entries_of_an_older_broker_are_not_told_once_more(bench: Bench) -> None:
    kernel = bench.kernel()
    await kernel.process([bench.event(5, 1)])
    assert recover(Document(KEY), told(bench), known(kernel, cluster="c2", committed={})).outbox == ()


async def test_what_had_lain_aside_says_nothing_of_offsets(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.command(AddNow(number=666), "a"), bench.command(AddNow(number=1), "b"))
    kernel = bench.kernel(decider=FIXED)
    await bench.deliver(kernel, bench.release())
    assert read_back(bench, kernel) == replace(await bench.document(), rev="", outbox=())
    assert (await bench.document()).at == ("", -1)


async def test_what_a_release_decides_goes_out_though_it_crashes(bench: Bench) -> None:
    """The offsets of what had lain aside are committed long since: its release is what brings it out."""
    await bench.deliver(bench.kernel(), bench.command(AddNow(number=666), "a"), bench.command(AddNow(number=1), "b"))
    release, committed = bench.release(), {Place(COMMANDS, 0): 2, Place(SUMS, 0): 0}
    bench.bus.refuse = 1
    first, second = bench.kernel(decider=FIXED), bench.kernel(decider=FIXED)
    for kernel in (first, second):
        kernel.confirm(committed)
    with pytest.raises(ConnectionError):
        await first.process([release])
    await second.process([release])
    assert [entry.position for entry in told(bench)] == [1, 2]
    assert bench.totals() == [(f"{KEY}:2:1", 1)]


async def test_a_released_document_is_no_longer_stuck(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.event(666, 1))
    backup = await bench.document()
    kernel = bench.kernel(decider=FIXED)
    await bench.deliver(kernel, bench.release())
    assert backup.stuck
    assert read_back(bench, kernel, backup).stuck is None
    assert recover(backup, [], known(kernel)).stuck == backup.stuck


async def test_answers_are_remembered_as_long_as_before(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, *[bench.command(AddNow(number=1), f"c{n}") for n in range(70)])
    bench.clock.forward(minutes=11)
    await bench.deliver(kernel, bench.command(AddNow(number=1), "later"))
    back = read_back(bench, kernel)
    assert len(back.ids) == 64 and list(back.ids) == list((await bench.document()).ids)


async def test_a_journal_that_this_version_cannot_fold_waits_for_one_that_can(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, bench.event(5, 1), bench.command(AddNow(number=1), "c"))
    before = await bench.document()
    older = known(kernel, deciders={"counter": replace(COUNTER, events={})})
    with pytest.raises(CannotFold):
        recover(Document(KEY), told(bench), older)
    waiting = unfolded(Document(KEY), told(bench), older)
    assert (waiting.version, waiting.streams, waiting.at) == (2, before.streams, before.at)
    assert waiting.stuck
    await bench.store.write([(before.rev, replace(waiting, rev="back"))])
    await bench.deliver(bench.kernel(), bench.event(7, 2))
    assert (await bench.state()) == {}
    await bench.deliver(bench.kernel(), bench.release())
    assert (await bench.state())["chain"] == chain_of(5, 1, 7)


async def test_another_evolve_starts_from_the_beginning_or_not_at_all(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, bench.event(5, 1))
    backup = await bench.document()
    await bench.deliver(kernel, bench.event(7, 2))
    newer = known(kernel, deciders={"counter": NEWER})
    with pytest.raises(CannotFold):
        recover(backup, following(1, told(bench)), newer)
    assert recover(Document(KEY), told(bench), newer).state["total"] == 2 * (5 + 7)


async def test_a_gap_is_not_passed_over(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, *[bench.event(n, n) for n in range(1, 5)])
    journal = told(bench)
    assert [entry.position for entry in following(0, [*journal[:2], *journal, journal[3]])] == [1, 2, 3, 4]
    assert [entry.position for entry in following(0, [journal[0], journal[2]])] == [1]
    assert following(0, journal[1:]) == []
    with pytest.raises(ValueError, match="does not follow"):
        recover(Document(KEY), journal[1:], known(kernel))


async def test_the_same_decision_may_have_another_cause_and_nothing_else(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.event(5, 1))
    (entry,) = told(bench)
    assert same(entry, replace(entry, cause=entry.cause._replace(cluster="c2", offset=99)))
    assert not same(entry, replace(entry, at="2025-12-01T09:00:01+00:00"))
    assert not same(entry, replace(entry, events=[]))


STEPS: list[Callable[[Bench, int], Record]] = [
    lambda bench, n: bench.event(n, 1 + bench.offsets["a"], source="a"),
    lambda bench, n: bench.command(AddNow(number=n), f"c{n % 7}"),
    lambda bench, n: bench.command(Ring(at=bench.clock.now()), f"ring{n}"),
    lambda bench, n: bench.tick(),
]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30)), min_size=1, max_size=25), st.integers(0, 25))
def test_whatever_was_decided_comes_back_from_wherever_it_was_left(plan: Sequence[tuple[int, int]], at: int) -> None:
    asyncio.run(_comes_back(plan, at))


async def _comes_back(plan: Sequence[tuple[int, int]], at: int) -> None:
    bench, left = Bench(), Document(KEY)
    kernel = bench.kernel()
    for place, (step, number) in enumerate(plan):
        if place == at and KEY in bench.store.documents:
            left = await bench.document()
        await bench.deliver(kernel, STEPS[step](bench, number))
        bench.offsets["a"] += step == 0
    if KEY in bench.store.documents:
        before = await bench.document()
        assert read_back(bench, kernel, left) == replace(before, rev=left.rev, outbox=left.outbox)
