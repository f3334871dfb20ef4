"""The same work, side by side: this kernel, and what else one could do it with."""

import asyncio
from statistics import median

import pytest

from tests.apache.kafka import POM
from tests.bench.results import Results, Table
from tests.bench.rivals.arena import Arena
from tests.bench.rivals.field import BARE, FIELD, QUIX, TELLING, Rival
from tests.bench.rivals.light import PER_SECOND
from tests.bench.rivals.pace import Pace
from tests.bench.stack import percentile

pytestmark = pytest.mark.bench
COUNT, KEYS, ROUNDS = 100_000, 5_000, 3
COLUMNS = (
    "", "events/s", "÷ bare", "from–to", "÷ telling", f"p50 at {PER_SECOND}/s", "p99", "CPU per event", "with servers",
    "peak memory",
)  # fmt: skip

Paces = dict[str, list[Pace]]


@pytest.fixture(scope="module")
def rivals() -> list[Rival]:
    """Without the environment of its own, Quix Streams stays away."""
    return [rival for rival in FIELD if "Quix" not in rival.name or QUIX.exists()]


def test_rivals(arena: Arena, rivals: list[Rival], results: Results) -> None:
    """Throughput in alternating rounds, each ended by kill -9, after which nothing committed may be missing; latency once."""
    paces, latencies = asyncio.run(_measured(arena, rivals))
    kafka = POM.read_text().partition("kafka_2.13</artifactId>")[2].split("<version>")[1].split("<")[0]
    title = (
        f"{COUNT:,} steps of {KEYS:,} accounts, 290 bytes of JSON each, {arena.partitions} partitions; Apache Kafka {kafka}; "
        f"{arena.database}; {ROUNDS} rounds"
    )
    results.add_table(Table(title, COLUMNS, [_row(name, paces, latencies.get(name, [])) for name in paces]))


async def _measured(arena: Arena, rivals: list[Rival]) -> tuple[Paces, dict[str, list[float]]]:
    await arena.publish("steps", COUNT, KEYS)
    paces: Paces = {rival.name: [] for rival in rivals}
    for _ in range(ROUNDS):
        for rival in rivals:
            paces[rival.name].append(await arena.pace(rival, "steps"))
            print(rival.name, paces[rival.name][-1], flush=True)
    return paces, {rival.name: await arena.latencies(rival) for rival in rivals if rival.light}


def _row(name: str, paces: Paces, latencies: list[float]) -> list[str]:
    own = paces[name]
    ratios, telling = (
        [one.events / other.events for one, other in zip(own, paces[loop.name], strict=True)]
        for loop in (BARE, TELLING)
    )
    soon = [f"{percentile(latencies, percent):.1f} ms" if latencies else "" for percent in (50, 99)]
    costs = [f"{median(getattr(one, name) for one in own):.3f} ms" for name in ("cpu", "cpu_all")]
    return [
        name, f"{median(one.events for one in own):,.0f}", f"{median(ratios):.2f}", f"{min(ratios):.2f}–{max(ratios):.2f}",
        f"{median(telling):.2f}", *soon, *costs, f"{max(one.peak for one in own):.0f} MB",
    ]  # fmt: skip
