"""Streams that were silent long are forgotten, and nothing is lost or done twice for it."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.dead_letters import dead_letter
from shared.kernel.document import Document, from_stored, to_stored
from shared.kernel.kernel import Kernel
from shared.kernel.memory import MemoryStore
from shared.kernel.record import Place, Record
from shared.kernel.recovery import Known, recover
from shared.kernel.streams import Horizon, Sent
from shared.recovery.letters import Letters
from tests.unit.kernel.bench import KEY, Bench, NumberIds, heads_of, seals
from tests.unit.kernel.counter import SERVICE, SUBSCRIPTIONS, SUMS, TOTALS, Add, Ignored, chain_of
from tests.unit.kernel.test_stuck import FIXED

DAY = 24 * 3600


def remembering(bench: Bench, days: float = 1, few: int = 0) -> Kernel:
    return bench.kernel(horizon=Horizon(int(days * DAY), few))


def said(bench: Bench, source: str, sequence: int, number: int, ago: float = 0) -> Record:
    """Now, or `ago` (days)."""
    bench.clock.forward(days=-ago)
    time = bench.clock.now().isoformat()
    bench.clock.forward(days=ago)
    return bench.raw(SUMS, KEY, Add(number=number), ce_source=source, ce_sequence=str(sequence), ce_time=time)


async def turned(bench: Bench, kernel: Kernel, times: int = 2) -> None:
    """So many horizons pass, and of each something is heard that nothing follows from."""
    for _ in range(times):
        bench.clock.forward(days=1)
        sequence = 1 + bench.offsets["others"]
        bench.offsets["others"] += 1
        time = bench.clock.now().isoformat()
        other = bench.raw(SUMS, KEY, Ignored(), ce_source="other", ce_sequence=str(sequence), ce_time=time)
        await bench.deliver(kernel, other)


async def forgetful(bench: Bench) -> Kernel:
    """Two events of `a` were heard, and are forgotten."""
    kernel = remembering(bench)
    await bench.deliver(kernel, said(bench, "a", 1, 5), said(bench, "a", 2, 7))
    await turned(bench, kernel)
    assert (await bench.document()).streams.heard(f"a|{SUMS}") is None
    return kernel


async def test_a_stream_that_goes_on_is_remembered(bench: Bench) -> None:
    kernel = remembering(bench)
    await bench.deliver(kernel, said(bench, "a", 1, 5))
    await turned(bench, kernel, 1)
    await bench.deliver(kernel, said(bench, "a", 2, 7))
    await turned(bench, kernel, 1)
    assert (await bench.document()).streams.heard(f"a|{SUMS}") == 2
    assert not (await bench.document()).streams.doubt


async def test_a_document_remembers_no_more_than_two_horizons_have_brought(bench: Bench) -> None:
    kernel = remembering(bench)
    for day in range(50):
        await bench.deliver(kernel, said(bench, f"case-{day}", 1, day))
        bench.clock.forward(days=0.5)
    assert len((await bench.document()).streams) <= 8
    assert len(to_stored(await bench.document())["memory"]) < 400


async def test_a_document_with_few_streams_forgets_none(bench: Bench) -> None:
    """A partner was promised that the numbers of a case go on."""
    kernel = remembering(bench, few=4)
    await bench.deliver(kernel, said(bench, "a", 1, 5))
    await turned(bench, kernel, 400)
    await bench.deliver(kernel, said(bench, "a", 2, 7), said(bench, "b", 1, 9))
    assert bench.totals()[-1][1] == 3
    await turned(bench, kernel, 2)
    assert (await bench.document()).streams.heard(f"a|{SUMS}") == 2, "four: a, b, others, and what is told"


@pytest.mark.parametrize("sequence", [1, 2])
async def test_a_repeat_of_what_is_forgotten_is_known(bench: Bench, sequence: int) -> None:
    kernel = await forgetful(bench)
    await bench.deliver(kernel, said(bench, "a", sequence, 99, ago=2))
    assert (await bench.state())["chain"] == chain_of(5, 7)
    assert bench.tally.counts["duplicates"] == 1


async def test_a_forgotten_stream_goes_on_where_it_was(bench: Bench) -> None:
    kernel = await forgetful(bench)
    await bench.deliver(kernel, said(bench, "a", 4, 11))
    assert bench.tally.counts["holes"] == 1, "the third is missing"
    await bench.deliver(kernel, said(bench, "a", 3, 9), said(bench, "a", 4, 11), said(bench, "a", 3, 9))
    assert (await bench.state())["chain"] == chain_of(5, 7, 9, 11)


async def test_what_is_forgotten_within_a_batch_is_known_within_it(bench: Bench) -> None:
    kernel = remembering(bench)
    await bench.deliver(kernel, said(bench, "a", 1, 5))
    await turned(bench, kernel, 1)
    bench.clock.forward(days=1)
    await bench.deliver(kernel, said(bench, "b", 1, 7), said(bench, "a", 1, 5, ago=2), said(bench, "a", 2, 9))
    assert (await bench.state())["chain"] == chain_of(5, 7, 9)


async def test_the_journal_is_asked_only_where_somebody_may_have_spoken_before(bench: Bench) -> None:
    kernel = await forgetful(bench)
    with mock.patch.object(MemoryStore, "heard", side_effect=MemoryStore.heard, autospec=True) as heard:
        await bench.deliver(kernel, said(bench, "new", 1, 5), said(bench, "new", 2, 7), said(bench, "other", 3, 1))
        assert heard.call_count == 0
        await bench.deliver(kernel, said(bench, "a", 3, 5))
        assert heard.call_count == 1


async def test_what_is_told_after_a_long_silence_begins_a_stream_of_its_own(bench: Bench) -> None:
    """Who reads it may have forgotten the old one, or may not: either way it is new, and whole."""
    kernel = await forgetful(bench)
    await bench.deliver(kernel, said(bench, "b", 1, 1), said(bench, "b", 2, 1))
    heads = [heads_of(message) for message in bench.bus.topics[TOTALS]]
    old, new = f"/tsunagu/adder/{KEY}", f"/tsunagu/adder/{KEY}#5"
    assert [(head["source"], head["sequence"]) for head in heads] == [(old, "1"), (old, "2"), (new, "1"), (new, "2")]
    assert (await bench.document()).streams.next(f"{TOTALS}|{KEY}", 9) == Sent(3, 5)


async def test_a_stuck_document_knows_what_it_has_forgotten(bench: Bench) -> None:
    kernel = await forgetful(bench)
    await bench.deliver(kernel, said(bench, "b", 1, 666), said(bench, "a", 2, 7, ago=2), said(bench, "a", 3, 9))
    healed = bench.kernel(decider=FIXED, horizon=Horizon(DAY, 0))
    await bench.deliver(healed, bench.release())
    assert (await bench.state())["chain"] == chain_of(5, 7, 666, 9)


async def test_what_lay_aside_of_a_forgotten_stream_is_laid_aside_again(bench: Bench) -> None:
    """After a loss of the database: a dead letter tells of it, and of one that was released and folded since."""
    await forgetful(bench)
    folded, waits = said(bench, "a", 2, 7, ago=2), said(bench, "a", 3, 9)
    topic = Topic({record.offset: record for record in (folded, waits)})
    letters = Letters(bench.store, SUBSCRIPTIONS, seals(), NumberIds("again"), "c1")
    assert await letters.take([dead(bench, folded), dead(bench, waits)], topic) == 1
    assert (await bench.document()).stuck == str(waits)
    assert [letter.order for letter in await bench.store.letters(KEY)] == [waits.offset]


class Topic(NamedTuple):
    """shared.kafka.log.Log, of one topic."""

    records: dict[int, Record]

    async def one(self, place: Place, offset: int) -> Record | None:
        return self.records.get(offset)


def dead(bench: Bench, record: Record) -> Record:
    letter = dead_letter(SERVICE, record, "stuck", bench.clock.now(), seals().seal)
    return Record(Place(letter.topic, 0), 0, letter.key.encode(), letter.value, letter.headers)


async def test_a_document_of_before_anything_was_forgotten_is_read(bench: Bench) -> None:
    stored = to_stored(Document(KEY))
    stored["memory"] = json.dumps({"seen": {f"a|{SUMS}": 3}, "sent": {f"{TOTALS}|{KEY}": 2}, "at": ["c", 7], "ids": {}})
    streams = from_stored(stored).streams
    assert (streams.heard(f"a|{SUMS}"), streams.next(f"{TOTALS}|{KEY}", 9)) == (3, Sent(3))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([0, 0, 0.3, 1, 3]), st.booleans()), max_size=30))
def test_whatever_is_silent_how_long_all_is_applied_once(plan: Sequence[tuple[str, float, bool]]) -> None:
    asyncio.run(_all_once(plan))


async def _all_once(plan: Sequence[tuple[str, float, bool]]) -> None:
    """Each event, with all earlier ones of its stream again where `repeats`."""
    bench, told = Bench(), dict[str, list[Record]]()
    kernel = remembering(bench)
    for number, (source, days, repeats) in enumerate(plan):
        bench.clock.forward(days=days)
        before = told.setdefault(source, [])
        before.append(said(bench, source, len(before) + 1, number))
        again = [_again(bench, record) for record in before] if repeats else before[-1:]
        await bench.deliver(kernel, *again)
    if plan:
        document = await bench.document()
        assert document.state["chain"] == chain_of(*range(len(plan)))
        journal = await bench.store.journal(KEY)
        known = Known(kernel.cluster, dict(kernel.committed), kernel.deciders, kernel.horizon)
        assert recover(Document(KEY), journal, known) == replace(document, rev="", outbox=())


def _again(bench: Bench, record: Record) -> Record:
    bench.offsets[SUMS] += 1
    return record._replace(offset=bench.offsets[SUMS] - 1)
