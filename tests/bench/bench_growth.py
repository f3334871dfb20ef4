"""What becomes of the cost as there is ten and a hundred times as much: it may not grow faster than that."""

import asyncio
import time
from datetime import timedelta

import pytest

from services.matching.domain.case import CASE, Case
from shared.events.cases import CaseAccepted
from shared.events.roster import SupporterSnapshot
from shared.kernel.decider import Context
from tests.bench.results import Results, Table
from tests.bench.rivals.arena import Arena
from tests.bench.rivals.field import OURS
from tests.delivery.support.partner import planned, roster
from tests.unit.given import NOON
from tests.unit.samples import accepted, supporter

pytestmark = pytest.mark.bench
TIMES = (1, 10, 100)
CASES, STEPS, ACCOUNTS = 20, 40_000, 1_000
PARTITIONS = (1, 2, 4)
NOISE = 1.5


def test_who_may_be_asked(results: Results) -> None:
    """Matching decides on a new case: seconds of a processor, the demo's referrals among copies of its supporters."""
    cost = {len(view): 1000 * min(_decided(view) for _ in range(2)) for view in map(_supporters, TIMES)}
    results.add_table(_table("matching decides whom to ask for a new case", "supporters", "ms a case", cost))
    _is_linear(cost)


def _supporters(times: int) -> dict[str, SupporterSnapshot]:
    made = [
        supporter(
            f"{row.supporter_id}-{copy}", languages=row.languages, municipality=row.municipality, capacity=row.capacity,
            max_distance_km=row.max_distance_km, categories=row.categories, licences=row.licences,
        )
        for copy in range(times)
        for row in roster()
    ]  # fmt: skip
    return {one.supporter: one for one in made}


def _cases() -> list[CaseAccepted]:
    return [
        accepted(category=one.category, languages=one.languages, municipality=one.municipality, mode=one.mode)
        for one in planned(CASES, NOON)
    ]


def _decided(view: dict[str, SupporterSnapshot]) -> float:
    """Per case."""
    cases, context = _cases(), Context("case-1", NOON, NOON - timedelta(seconds=1), "1", view)
    began = time.process_time()
    for one in cases:
        assert CASE.decide(Case(), one, context)
    return (time.process_time() - began) / len(cases)


def test_open_documents(arena: Arena, results: Results) -> None:
    """The kernel, over steps of accounts at random: the more there are, the fewer of a batch meet in one."""
    cost = {ACCOUNTS * times: asyncio.run(_among(arena, ACCOUNTS * times)) for times in TIMES}
    results.add_table(_table(f"the kernel, serial; {arena.database}", "documents", "ms an event", cost))
    _is_linear(cost)


async def _among(arena: Arena, accounts: int) -> float:
    steps = f"steps-among-{accounts}"
    await arena.publish(steps, STEPS, accounts)
    return 1000 / (await arena.pace(OURS, steps, accounts)).events


def test_partitions(arena: Arena, results: Results) -> None:
    """The kernel, one member that reads them all."""
    cost = {partitions: asyncio.run(_over(arena, partitions)) for partitions in PARTITIONS}
    results.add_table(_table(f"the kernel, serial; {arena.database}", "partitions", "ms an event", cost))
    _is_linear(cost)


async def _over(arena: Arena, partitions: int) -> float:
    steps = f"steps-over-{partitions}"
    await arena.publish(steps, STEPS, ACCOUNTS, partitions)
    return 1000 / (await arena.pace(OURS, steps)).events


def _table(title: str, what: str, unit: str, cost: dict[int, float]) -> Table:
    first = next(iter(cost.values()))
    rows = [[f"{number:,}", f"{one:.3f}", f"{one / first:.2f}"] for number, one in cost.items()]
    return Table(title, (what, unit, "÷ first"), rows)


def _is_linear(cost: dict[int, float]) -> None:
    (least, first), *rest = cost.items()
    for number, one in rest:
        assert one / first <= NOISE * number / least, f"{number} cost {one / first:.1f} times what {least} do"
