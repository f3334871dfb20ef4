"""Does a service's memory stay flat under load? Five minutes of it, or as many as TSUNAGU_BENCH_MINUTES says."""

import asyncio
import os
import time
from statistics import linear_regression, median

import psutil
import pytest

from tests.bench.results import Results, Table
from tests.bench.rivals.running import MEGABYTE
from tests.bench.stack import Stack, stack
from tests.delivery.support.network import SERVICES

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)]
MINUTES = float(os.environ.get("TSUNAGU_BENCH_MINUTES", "5"))
A_SECOND = 2.0
SETTLED = 0.4
"""The share of the time after which what is loaded late, and what is kept of the last so many, should all be there."""

Seen = dict[str, list[tuple[float, float]]]


@pytest.mark.asyncio
async def test_memory_under_load(results: Results) -> None:
    """Resident memory of each service, while referrals come at an even pace. Needs nothing but the embedded parts."""
    async with stack() as running:
        seen, published = await _loaded(running)
    rows = [_row(service, every) for service, every in seen.items()]
    title = f"memory over {MINUTES:g} minutes, {published} referrals at {A_SECOND:g} a second"
    columns = ("service", "at first, MB", "settled", "at the end", "MB an hour, from settled on")
    results.add_table(Table(title, columns, rows))


async def _loaded(running: Stack) -> tuple[Seen, int]:
    """Service → (minute, MB), once a second."""
    seen: Seen = {service: [] for service in SERVICES}
    began, published = time.monotonic(), 0
    while (minute := (time.monotonic() - began) / 60) < MINUTES:
        if published < 60 * minute * A_SECOND:
            for plan in running.referrals(int(A_SECOND)):
                await running.partner.publish(plan)
                published += 1
        for service in SERVICES:
            if pid := running.net.pid(service):
                seen[service].append((minute, psutil.Process(pid).memory_info().rss / MEGABYTE))
        await asyncio.sleep(1)
    return seen, published


def _row(service: str, every: list[tuple[float, float]]) -> list[str]:
    late = [(minute, size) for minute, size in every if minute > SETTLED * MINUTES]
    slope = 60 * linear_regression(*zip(*late, strict=True)).slope
    shown = (median(size for _, size in some) for some in (every[:10], late[:10], late[-10:]))
    return [service, *(f"{size:.0f}" for size in shown), f"{slope:+.1f}"]
