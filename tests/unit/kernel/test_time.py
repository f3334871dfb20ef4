"""Ticks, and the sweeper that writes them."""

import pytest

from shared.kernel.commands import Commands
from shared.kernel.record import TICK
from shared.kernel.sweeper import AT_ONCE, Sweeper
from tests.unit.kernel.bench import KEY, START, Bench, heads_of
from tests.unit.kernel.counter import COMMANDS, LATER, SERVICE, AddNow, Ring

SOON = START + LATER


async def test_a_tick_before_its_time_is_dropped_and_one_at_its_time_is_not(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, bench.command(Ring(at=SOON), "r"), bench.tick())
    document = await bench.document()
    assert (document.version, document.due, document.stuck) == (1, SOON, None)
    bench.clock.forward(hours=1)
    await bench.deliver(kernel, bench.tick())
    document = await bench.document()
    assert (document.version, document.due) == (2, None)
    assert bench.totals() == [(f"{KEY}:2:1", 1)]


async def test_a_tick_that_comes_twice_is_applied_once(bench: Bench) -> None:
    kernel = bench.kernel()
    await bench.deliver(kernel, bench.command(Ring(at=START), "r"))
    tick = bench.tick()
    await kernel.process([tick])
    await bench.deliver(kernel, tick, bench.tick())
    assert (await bench.document()).version == 2


async def test_a_tick_that_changes_nothing_would_come_for_ever_so_it_is_a_bug(bench: Bench) -> None:
    tick_at = bench.command(Ring(at=START, idle=True), "r")
    tick = bench.tick()
    await bench.deliver(bench.kernel(), tick_at, tick)
    document = await bench.document()
    assert (document.stuck, document.version) == (str(tick), 1)
    assert await bench.store.due(START, 10) == []


async def test_a_tick_for_nobody_makes_no_document(bench: Bench) -> None:
    await bench.deliver(bench.kernel(), bench.tick("counter-none"))
    assert await bench.store.load(["counter-none"]) == {}


class Sweeps:
    """A sweeper, what it has written, and how far behind its reader is."""

    def __init__(self, bench: Bench, owned: str = "") -> None:
        self.bench, self.behind = bench, 0
        commands = Commands(SERVICE, bench.bus, bench.store, bench.clock)
        self.sweeper = Sweeper(commands, bench.store, bench.clock, self._lag, lambda key: key.startswith(owned))

    async def _lag(self) -> int:
        return self.behind

    def ticked(self) -> list[str]:
        return [m.key for m in self.bench.bus.topics[COMMANDS] if heads_of(m)["type"] == TICK]


@pytest.fixture
async def waiting(bench: Bench) -> Bench:
    """Two documents are due now, one later, one never."""
    rings = [bench.command(Ring(at=START), "r", key=key) for key in ("counter-1", "counter-2")]
    others = [
        bench.command(Ring(at=SOON), "r", key="counter-3"),
        bench.command(AddNow(number=1), "n", key="counter-4"),
    ]
    await bench.deliver(bench.kernel(), *rings, *others)
    return bench


async def test_the_sweeper_writes_a_tick_for_each_that_is_due(waiting: Bench) -> None:
    sweeps = Sweeps(waiting)
    assert await sweeps.sweeper.sweep() == 2
    assert sweeps.ticked() == ["counter-1", "counter-2"]


async def test_no_tick_while_commands_wait_so_downtime_ends_in_no_storm(waiting: Bench) -> None:
    sweeps = Sweeps(waiting)
    sweeps.behind = 1
    assert await sweeps.sweeper.sweep() == 0
    assert sweeps.ticked() == []
    assert sweeps.sweeper.swept < START
    sweeps.behind = 0
    assert await sweeps.sweeper.sweep() == 2


async def test_only_the_owner_sweeps(waiting: Bench) -> None:
    sweeps = Sweeps(waiting, owned="counter-2")
    await sweeps.sweeper.sweep()
    assert sweeps.ticked() == ["counter-2"]


async def test_what_another_replica_leaves_undone_keeps_nobody_waiting(bench: Bench) -> None:
    """It may be held up: what is due to it then fills each round of the others."""
    theirs = [bench.command(Ring(at=START), "r", key=f"counter-{n:04}") for n in range(AT_ONCE + 1)]
    await bench.deliver(bench.kernel(), *theirs, bench.command(Ring(at=START), "r", key="counter-ours"))
    sweeps = Sweeps(bench, owned="counter-ours")
    assert await sweeps.sweeper.sweep() == 1
    assert sweeps.ticked() == ["counter-ours"]
    assert sweeps.sweeper.swept < START, "it is not done yet"


async def test_swept_tells_until_when_all_is_done(waiting: Bench) -> None:
    sweeps, kernel = Sweeps(waiting), waiting.kernel()
    await sweeps.sweeper.sweep()
    assert sweeps.sweeper.swept < START, "written, not yet done"
    await waiting.deliver(kernel, waiting.tick("counter-1"), waiting.tick("counter-2"))
    assert await sweeps.sweeper.sweep() == 0
    assert sweeps.sweeper.swept == START
