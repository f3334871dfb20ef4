"""What a network costs in which nothing happens: on a laptop that is most of the time."""

import asyncio

import psutil
import pytest

from tests.bench.results import Results, Table
from tests.bench.stack import Stack, stack
from tests.delivery.support.network import SERVICES

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)]
PARTS = ("broker", "database", "mail", *SERVICES)
REST_SECONDS, SECONDS = 10, 30


@pytest.mark.asyncio
async def test_doing_nothing(results: Results) -> None:
    """Percent of one processor, by part, once the last record is done with and everybody dozes."""
    async with stack() as running:
        await running.known()
        await asyncio.sleep(REST_SECONDS)
        before = _spent(running)
        await asyncio.sleep(SECONDS)
        after = _spent(running)
    used = {part: 100 * (after[part] - before[part]) / SECONDS for part in PARTS}
    rows = [[part, f"{percent:.1f} %"] for part, percent in (used | {"all": sum(used.values())}).items()]
    results.add_table(Table(f"doing nothing, for {SECONDS} seconds", ("part", "of one processor"), rows))


def _spent(running: Stack) -> dict[str, float]:
    """Seconds of a processor, since each part was started."""
    processes = {part: psutil.Process(running.net.pid(part)) for part in PARTS}
    return {part: process.cpu_times().user + process.cpu_times().system for part, process in processes.items()}
