"""The state is the fold of the journal: what makes another evolve possible."""

from dataclasses import replace

import pytest

from shared.kernel.step import refold
from tests.unit.kernel.bench import KEY, Bench
from tests.unit.kernel.counter import COUNTER, Added, AddNow, doubled
from tests.unit.kernel.stores import Failing

NEWER = replace(COUNTER, evolve=doubled, number=2)


async def test_a_document_equals_the_fold_of_its_journal(bench: Bench) -> None:
    records = [bench.event(n, n) for n in range(1, 6)]
    await bench.deliver(bench.kernel(), *records, bench.command(AddNow(number=13), "refused"))
    document = await bench.document()
    assert refold(COUNTER, await bench.store.journal(KEY)) == document.state
    assert len(await bench.store.journal(KEY)) == document.version == 6


async def test_when_evolve_changes_the_state_is_made_anew_from_the_journal(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.event(5, 1), bench.event(7, 2))
    assert (await bench.document()).evolve == 1
    await bench.deliver(bench.kernel(decider=NEWER), bench.event(1, 3))
    document = await bench.document()
    assert (document.evolve, document.state["total"]) == (2, 2 * (5 + 7 + 1))
    assert bench.totals()[-1] == (f"{KEY}:3:1", 3)


async def test_what_is_only_in_the_outbox_yet_is_not_forgotten() -> None:
    bench = Bench(store=Failing())
    await bench.deliver(bench.kernel(), bench.event(5, 1))
    bench.store.at = "append"
    with pytest.raises(ConnectionError):
        await bench.kernel().process([bench.event(7, 2)])
    await bench.deliver(bench.kernel(decider=NEWER), bench.event(1, 3))
    assert (await bench.state())["total"] == 2 * (5 + 7 + 1)


def cannot(counter, event):  # type: ignore[no-untyped-def]
    if isinstance(event, Added) and event.number == 5:
        raise KeyError("an event that this version does not know")
    return doubled(counter, event)


async def test_a_journal_that_cannot_be_folded_holds_up_its_own_document_only(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.event(5, 1), bench.event(5, 1, key="counter-2"))
    broken = replace(COUNTER, evolve=cannot, number=2)
    await bench.deliver(bench.kernel(decider=broken), bench.event(7, 2), bench.event(1, 1, key="counter-3"))
    assert (await bench.document()).stuck
    assert (await bench.state("counter-3"))["total"] == 2
    await bench.deliver(bench.kernel(decider=NEWER), bench.release())
    assert (await bench.state())["total"] == 2 * (5 + 7)
