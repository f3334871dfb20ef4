"""One run: the network up, load and faults at once, then quiet, then the proof."""

import asyncio
import time
from pathlib import Path

from tests.chaos.arena import Arena, arena
from tests.chaos.hits import Hits
from tests.chaos.load import Load, make
from tests.chaos.outcome import Outcome, show
from tests.chaos.plan import Fault, Wishes, plan
from tests.chaos.poison import lettered
from tests.chaos.told import Lines
from tests.chaos.watch import Watch
from tests.delivery.support.endings import ended, living
from tests.delivery.support.network import until
from tests.delivery.support.partner import import_roster
from tests.delivery.support.people import People
from tsunagu.verify import verify
from tsunagu.verify.mailbox import folder_of

ENDED_WITHIN = 300
SETTLED_WITHIN = 180
STATUS_EVERY = 10


async def run(folder: Path, wishes: Wishes) -> Outcome:
    """Prints all of it; what is left in the folder are the logs of every process."""
    lines, faults = Lines(), plan(wishes)
    lines.line("begin", f"{wishes}; logs in {folder}")
    async with arena(folder, wishes, lines) as made:
        await until("ready", made.net.ready, 120)
        await import_roster(made.net)
        outcome = await _played(made, wishes, faults)
    show(outcome)
    return outcome


async def _played(made: Arena, wishes: Wishes, faults: list[Fault]) -> Outcome:
    load, watch = await make(made.net, wishes), Watch(made.net.kafka)
    hits = Hits(made, watch, load)
    watching = asyncio.create_task(watch.run())
    telling = asyncio.create_task(_tell(made, load, watch, hits, len(faults)))
    try:
        async with living(People(made.net, accept=75)):
            async with asyncio.TaskGroup() as group:
                group.create_task(load.run(lambda: hits.over))
                await hits.run(faults)
            made.lines.line("quiet", f"{len(hits.done)} faults are over; waiting for every referral to end")
            await _ended(hits)
        settled = await _settled(hits)
    finally:
        watching.cancel()
        telling.cancel()
    made.lines.line("verify", f"nothing is under way {settled:.1f} s later")
    where = made.net.where
    report = await verify(made.net.kafka, where.mongo, mails=folder_of(where), within=SETTLED_WITHIN)
    poison, letters = await lettered(made.net) if wishes.poison else (0, 0)
    return Outcome(wishes, report, hits.done, poison, letters, settled, hits.flaws)


async def _ended(hits: Hits) -> None:
    """What does not end is a flaw, and the verification says why."""
    try:
        await ended(hits.arena.net, hits.load.told, ENDED_WITHIN)
    except AssertionError as error:
        hits.flaws.append(str(error))


async def _settled(hits: Hits) -> float:
    """Seconds from the last end until nothing is to be read."""
    began = time.monotonic()
    try:
        await asyncio.wait_for(hits.watch.idle(), SETTLED_WITHIN)
    except TimeoutError:
        hits.flaws.append(f"still something to be read after {SETTLED_WITHIN} s")
    return time.monotonic() - began


async def _tell(made: Arena, load: Load, watch: Watch, hits: Hits, faults: int) -> None:
    while True:
        await asyncio.sleep(STATUS_EVERY)
        lag = {name: watch.last.lag(name) for name in watch.last.committed} if watch.last else {}
        behind = ", ".join(f"{name} {count}" for name, count in lag.items() if count) or "nothing"
        acknowledged = f"{load.acknowledged} of {len(load.told)} acknowledged, {load.poisoned} poison"
        made.lines.line("status", f"{acknowledged}; {len(hits.done)} of {faults} faults; to be read: {behind}")
