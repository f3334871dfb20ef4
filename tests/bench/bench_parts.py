"""The kernel taken apart: how long it waits for what, and what its own work costs. How to read it: docs/performance.md."""

import asyncio
import time
from uuid import uuid4

import pytest
import uvloop

from shared.kafka.connection import Kafka
from tests.bench import loops
from tests.bench.parts import Waits, by_part, profiled
from tests.bench.results import Results, Table
from tests.bench.rivals.arena import Arena

pytestmark = pytest.mark.bench
COUNT, KEYS, BATCH = 20_000, 5_000, 500
STEPS = "steps-parts"


def test_where_the_time_goes(arena: Arena, results: Results) -> None:
    uvloop.run(arena.publish(STEPS, COUNT, KEYS))
    waits = Waits()
    total, cpu = uvloop.run(_run(arena, waits))
    with profiled() as profile:
        uvloop.run(_run(arena, None))
    waited = {what: waits.seconds[what] for what in ("load", "write", "append", "publish")}
    shown = {"all": total, **waited, "processor, all threads": cpu}
    title = f"what a batch of {BATCH} waits for; {arena.database}"
    results.add_table(Table(title, ("", "µs an event", "of all"), [
        [what, f"{1e6 * seconds / COUNT:.0f}", f"{seconds / total:.0%}"] for what, seconds in shown.items()
    ]))  # fmt: skip
    worked = by_part(profile)
    rows = [[what, f"{1e6 * seconds / COUNT:.1f}"] for what, seconds in worked.items()]
    results.add_table(Table("what the kernel's own work costs, under cProfile", ("", "µs an event"), rows))


async def _run(arena: Arena, waits: Waits | None) -> tuple[float, float]:
    """Seconds, and seconds of a processor."""
    name = f"bench_{uuid4().hex[:8]}"
    around = waits.around if waits else None
    async with loops.member(Kafka(arena.kafka.servers), arena.mongo, name, STEPS, BATCH, around=around) as running:
        async with asyncio.timeout(loops.PATIENCE):
            while not running.began:
                await asyncio.sleep(0.001)
            cpu = time.process_time()
            while sum(running.kernel.committed.values()) < COUNT:
                await asyncio.sleep(0.002)
        took = time.perf_counter() - running.began, time.process_time() - cpu
    await loops.dropped(arena.mongo, name)
    return took
