"""A member of a group: nothing is committed before it is done with, and nothing is passed over."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from shared.kernel import member as members
from shared.kernel.member import Member
from shared.kernel.record import Place, Record

HERE, THERE = Place("t", 0), Place("t", 1)


@dataclass
class Group:
    """shared.kernel.member.Partitions: what the broker knows of the group, and where the consumer stands."""

    positions: dict[Place, int] = field(default_factory=dict)
    kept: dict[Place, int] = field(default_factory=dict)
    refuses: bool = False

    def assignment(self) -> Collection[Place]:
        return self.positions.keys()

    async def position(self, place: Place) -> int:
        return self.positions[place]

    async def committed(self, place: Place) -> int:
        await asyncio.sleep(0)
        return self.kept.get(place, 0)

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        if self.refuses:
            raise ConnectionError("the group has gone on without us")
        self.kept.update(offsets)

    def seek(self, place: Place, offset: int) -> None:
        self.positions[place] = offset

    def fetch(self, count: int, *places: Place) -> list[Record]:
        """So many of each; the position lies behind them then."""
        starts = {place: self.positions[place] for place in places or (HERE,)}
        self.positions |= {place: start + count for place, start in starts.items()}
        return [Record(place, start + n, b"k", b"") for place, start in starts.items() for n in range(count)]


@dataclass
class Handler:
    """`raises`: what the next batches end with, in turn."""

    raises: list[BaseException] = field(default_factory=list)
    batches: list[list[int]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def __call__(self, records: Sequence[Record]) -> None:
        self.batches.append([record.offset for record in records])
        await self.gate.wait()
        if self.raises:
            raise self.raises.pop(0)


@dataclass
class Bench:
    group: Group = field(default_factory=lambda: Group({HERE: 0}))
    handler: Handler = field(default_factory=Handler)
    errors: list[BaseException] = field(default_factory=list)
    breaks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.member = Member(
            "m", self.group, self.handler, {}, lambda _, error: self.errors.append(error),
            lambda: self.breaks.append("a run is over"),
        )  # fmt: skip


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(members, "MAX_BACKOFF", 0.0)
    return Bench()


async def test_a_batch_is_committed_behind_its_last_record(bench: Bench) -> None:
    bench.group.positions[THERE] = 5
    await bench.member.take(bench.group.fetch(3, HERE, THERE))
    assert bench.group.kept == bench.member.committed == {HERE: 3, THERE: 8}


@pytest.mark.parametrize("error", [ValueError("ours"), ConnectionError("away"), asyncio.CancelledError()])
async def test_whatever_it_ends_with_it_comes_again_from_its_first_record(bench: Bench, error: BaseException) -> None:
    bench.handler.raises = [error]
    await bench.member.take(bench.group.fetch(3))
    assert bench.group.kept == {} and bench.group.positions == {HERE: 0}
    assert bench.member.last_error is bench.errors[0] and len(bench.breaks) == 1
    await bench.member.take(bench.group.fetch(3))
    assert bench.group.kept == {HERE: 3} and bench.member.last_error is None and len(bench.breaks) == 1


async def test_a_refused_commit_too(bench: Bench) -> None:
    bench.group.refuses = True
    await bench.member.take(bench.group.fetch(2))
    assert bench.group.positions == {HERE: 0} and bench.member.committed == {} and len(bench.breaks) == 1


async def test_what_a_rewind_has_overtaken_is_dropped(bench: Bench) -> None:
    first, second = bench.group.fetch(2), bench.group.fetch(2)
    bench.handler.raises = [ConnectionError("away")]
    await bench.member.take(first)
    await bench.member.take(second)
    assert bench.handler.batches == [[0, 1]] and bench.group.kept == {}


async def test_what_is_no_longer_ours_is_dropped(bench: Bench) -> None:
    bench.group.positions[THERE] = 0
    batch = bench.group.fetch(1, HERE, THERE)
    del bench.group.positions[THERE]
    await bench.member.take(batch)
    assert bench.group.kept == {HERE: 1}


async def test_a_partition_is_given_up_once_the_batch_in_hand_is_through(bench: Bench) -> None:
    bench.handler.gate.clear()
    taking = asyncio.create_task(bench.member.take(bench.group.fetch(2)))
    await asyncio.sleep(0)
    giving_up = asyncio.create_task(bench.member.revoked([HERE]))
    await asyncio.sleep(0)
    assert not giving_up.done() and not bench.breaks
    bench.handler.gate.set()
    await asyncio.gather(taking, giving_up)
    assert bench.group.kept == {HERE: 2} and bench.member.committed == {} and bench.breaks


async def test_what_is_committed_meanwhile_is_not_written_over_by_an_assignment(bench: Bench) -> None:
    """What is fetched of a new partition may be there before its listener is told of it."""
    bench.handler.gate.clear()
    taking = asyncio.create_task(bench.member.take(bench.group.fetch(2)))
    assigning = asyncio.create_task(bench.member.assigned([HERE]))
    await asyncio.sleep(0)
    bench.handler.gate.set()
    await asyncio.gather(taking, assigning)
    assert bench.member.committed == bench.group.kept == {HERE: 2}


async def test_stopped_it_finishes_the_batch_in_hand_and_takes_no_other(bench: Bench) -> None:
    bench.handler.gate.clear()
    taking = asyncio.create_task(bench.member.take(bench.group.fetch(2)))
    await asyncio.sleep(0)
    stopping = asyncio.create_task(bench.member.finish())
    bench.handler.gate.set()
    await asyncio.gather(taking, stopping)
    await bench.member.take(bench.group.fetch(2))
    assert bench.group.kept == {HERE: 2} and bench.handler.batches == [[0, 1]]


async def test_stopped_a_cancellation_ends_it(bench: Bench) -> None:
    bench.handler.gate.clear()
    taking = asyncio.create_task(bench.member.take(bench.group.fetch(2)))
    await asyncio.sleep(0)
    stopping = asyncio.create_task(bench.member.finish())
    await asyncio.sleep(0)
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    await stopping
    assert bench.group.kept == {}
