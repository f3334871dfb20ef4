"""A bad deploy is stopped before it has laid a whole topic aside; and what must not stop anybody does not."""

import pytest

from shared.kernel.kernel import Kernel
from shared.kernel.limit import WINDOW, Limit, Stopped
from shared.kernel.record import Record
from tests.unit.kernel.bench import Bench
from tests.unit.kernel.counter import AddNow
from tests.unit.kernel.test_stuck import FIXED


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def limited(bench: Bench, count: int = 4, time: Seconds | None = None, **other: object) -> Kernel:
    kernel = bench.kernel(**other)
    kernel.limit = Limit(count, now=time or Seconds())
    return kernel


def bad(bench: Bench, number: int, *, by: str = "") -> Record:
    """One that our code cannot digest, for a document of its own."""
    record = bench.command(AddNow(number=666), f"bad-{number}", key=f"counter-{number}")
    return record._replace(headers=[*record.headers, ("ce_actor", by.encode())]) if by else record


def nobodys(bench: Bench, number: int) -> Record:
    return bench.command(AddNow(number=1), f"no-{number}")._replace(key=None)


async def test_nothing_of_the_batch_that_is_too_much_is_stored_or_told(bench: Bench) -> None:
    kernel = limited(bench)
    await bench.deliver(kernel, bad(bench, 1), bad(bench, 2), nobodys(bench, 3))
    with pytest.raises(Stopped, match="could not be used"):
        await bench.deliver(kernel, bad(bench, 4), bench.command(AddNow(number=1), "good", key="counter-9"))
    assert len(bench.dead()) == 3, "the batch before, which was not too much yet"
    assert await bench.store.load(["counter-4", "counter-9"]) == {}


async def test_unreadable_records_alone_stop_it_too(bench: Bench) -> None:
    kernel = limited(bench)
    records = [nobodys(bench, number) for number in range(4)]
    with pytest.raises(Stopped) as raised:
        await bench.deliver(kernel, *records)
    assert bench.dead() == []
    assert f"the last of them {records[-1]}." in str(raised.value), "no dead letter tells where"
    assert "`tsunagu dead-letters allow SERVICE`" in str(raised.value)


async def test_it_stays_stopped_until_an_operator_or_a_new_process_lets_it_go_on(bench: Bench) -> None:
    time = Seconds()
    kernel = limited(bench, time=time)
    batch = [bad(bench, number) for number in range(6)]
    for _ in range(2):
        with pytest.raises(Stopped):
            await bench.deliver(kernel, *batch)
    time.now += 2 * WINDOW
    with pytest.raises(Stopped):
        await bench.deliver(kernel, bench.command(AddNow(number=1), "good"))
    kernel.limit.allow(60)
    await bench.deliver(kernel, *batch)
    assert not kernel.limit.held and len(bench.dead()) == 6


async def test_a_mended_version_takes_what_was_held_back(bench: Bench) -> None:
    batch = [bad(bench, number) for number in range(6)]
    with pytest.raises(Stopped):
        await bench.deliver(limited(bench), *batch)
    await bench.deliver(limited(bench, decider=FIXED), *batch)
    assert [(await bench.document(f"counter-{number}")).version for number in range(6)] == [1] * 6
    assert bench.dead() == []


async def test_few_among_many_good_ones_do_not_stop_it(bench: Bench) -> None:
    kernel = limited(bench)
    good = [bench.command(AddNow(number=1), f"good-{number}") for number in range(20)]
    await bench.deliver(kernel, *good, *(bad(bench, number) for number in range(8)))
    assert not kernel.limit.held


async def test_one_partner_alone_stops_nobody_but_two_of_them_do(bench: Bench) -> None:
    kernel = limited(bench)
    await bench.deliver(kernel, *(bad(bench, number, by="partner:acme") for number in range(50)))
    assert not kernel.limit.held
    with pytest.raises(Stopped):
        await bench.deliver(kernel, *(bad(bench, number, by="partner:other") for number in range(50, 53)))


async def test_the_same_record_again_counts_once(bench: Bench) -> None:
    kernel = limited(bench)
    batch = [bad(bench, number) for number in range(3)]
    for _ in range(3):
        bench.bus.refuse = 1
        with pytest.raises(ConnectionError):
            await bench.deliver(kernel, *batch)
    await bench.deliver(kernel, *batch)
    assert not kernel.limit.held


async def test_what_is_released_too_early_does_not_count(bench: Bench) -> None:
    time = Seconds()
    kernel = limited(bench, time=time)
    await bench.deliver(kernel, *(bad(bench, number) for number in range(3)))
    time.now += WINDOW + 1
    await bench.deliver(kernel, *(bench.release(f"counter-{number}") for number in range(3)), bad(bench, 9))
    assert not kernel.limit.held


async def test_what_is_long_ago_does_not_count(bench: Bench) -> None:
    time = Seconds()
    kernel = limited(bench, time=time)
    for number in range(8):
        await bench.deliver(kernel, bad(bench, number))
        time.now += WINDOW / 2
    assert not kernel.limit.held
