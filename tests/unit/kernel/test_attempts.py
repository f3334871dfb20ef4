"""A record that ends the process, or fails its whole batch, each time: found, set aside, and the others go on."""

from collections.abc import Awaitable, Callable, Collection, Sequence

import pytest

from shared.kernel.attempts import LIMIT, Attempts
from shared.kernel.memory import MemoryRows
from shared.kernel.record import Record
from tests.unit.kernel.bench import KEY, Bench
from tests.unit.kernel.counter import COMMANDS, SUMS, AddNow, chain_of


class Killed(BaseException):
    """The end of a process."""


Breaks = Callable[[Sequence[Record]], Awaitable[None]]


class Worker:
    """One process after the other on the same database: a kernel that `breaks` first where a bad record is to be folded."""

    def __init__(self, bench: Bench, breaks: type[BaseException]) -> None:
        self.bench, self.breaks, self.rows = bench, breaks, MemoryRows()
        self.bad: list[Record] = []
        self.start()

    def start(self) -> None:
        self.kernel = self.bench.kernel()
        self.attempts = Attempts(self._process, self.rows, "c1", lambda error: isinstance(error, ConnectionError))

    async def _process(self, records: Sequence[Record], failing: Collection[Record] = ()) -> None:
        if any(record in self.bad and record not in failing for record in records):
            raise self.breaks
        await self.kernel.process(records, failing)

    async def deliver(self, *records: Record) -> int:
        """As often as it takes; after each failure another process takes over. Returns how often it failed."""
        for failures in range(20):
            try:
                await self.attempts(records)
            except BaseException as error:
                if not isinstance(error, self.breaks):
                    raise
                self.start()
            else:
                self.kernel.confirm({record.place: record.offset + 1 for record in records})
                return failures
        raise AssertionError("it never ends")


@pytest.mark.parametrize("breaks", [Killed, ValueError])
async def test_what_breaks_all_each_time_is_set_aside_alone(bench: Bench, breaks: type[BaseException]) -> None:
    worker = Worker(bench, breaks)
    good, bad = bench.event(5, 1), bench.event(7, 2)
    other = bench.event(9, 1, key="counter-2")
    worker.bad = [bad]
    assert await worker.deliver(good, bad, other) == 2 * LIMIT
    assert (await bench.document()).stuck == str(bad)
    assert (await bench.state("counter-2"))["total"] == 9
    assert [dead["reason"] for dead in bench.dead()] == ["stuck"]
    assert worker.rows.rows == {}
    worker.bad = []
    await worker.deliver(bench.release())
    assert (await bench.state())["chain"] == chain_of(5, 7)


async def test_a_command_that_breaks_all_is_set_aside_too(bench: Bench) -> None:
    worker = Worker(bench, Killed)
    worker.bad = [bench.command(AddNow(number=1), "a")]
    await worker.deliver(*worker.bad, bench.command(AddNow(number=2), "b"))
    assert (await bench.document()).stuck == f"{COMMANDS}-0-0"
    worker.bad = []
    await worker.deliver(bench.release())
    assert (await bench.state())["chain"] == chain_of(1, 2)


async def test_a_broker_that_is_away_is_no_fault_of_a_record(bench: Bench) -> None:
    worker = Worker(bench, ConnectionError)
    event = bench.event(5, 1)
    for _ in range(10 * LIMIT):
        bench.bus.refuse = 1
        with pytest.raises(ConnectionError):
            await worker.attempts([event])
    await worker.deliver(event)
    assert (await bench.state())["chain"] == chain_of(5)
    assert worker.rows.rows == {}


async def test_what_follows_a_good_batch_costs_no_row(bench: Bench) -> None:
    worker = Worker(bench, Killed)
    await worker.deliver(bench.event(5, 1))
    worker.attempts.rows = None  # type: ignore[assignment]
    await worker.deliver(bench.event(7, 2))
    assert (await bench.state())["chain"] == chain_of(5, 7)


async def test_a_record_whose_key_nobody_can_read_is_a_dead_letter(bench: Bench) -> None:
    nameless = Record(bench.event(5, 1).place, 1, None, b"{}")
    await bench.kernel().process([nameless], [nameless])
    assert [dead["reason"] for dead in bench.dead()] == ["no_key"]
    assert nameless.place.topic == SUMS
    assert KEY not in bench.store.documents
