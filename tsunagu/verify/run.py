"""From addresses to a report. A reading that finds a problem is repeated: what is wrong stays wrong."""

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiokafka.errors import KafkaError

from deploy.local.info import StackInfo
from shared.kafka.connection import Kafka
from tsunagu.verify import arrived, delivery, folding, offsets, projection, publication, repeats, streams
from tsunagu.verify.evidence import Evidence, gather
from tsunagu.verify.mailbox import folder_of
from tsunagu.verify.report import Report
from tsunagu.verify.routes import routes
from tsunagu.verify.show import render
from tsunagu.verify.telling import tell
from tsunagu.where import Where

REPEATS = 2
PAUSE = 1.0


async def verify(
    kafka: Kafka,
    mongo: str,
    *,
    progress: Callable[[str], None] | None = None,
    mails: Path | None = None,
    within: float = 0,
) -> Report:
    """`progress` is told, in a word, what is being looked at. Services may run meanwhile.

    `mails`: folder of the embedded stack's mails. `within`: seconds in which whatever is under way must come to its
    end; 0: it may be under way.
    """
    tell, deadline = progress or (lambda _: None), time.monotonic() + within
    report = await _sure(kafka, mongo, tell, mails)
    while within and report.ok and not report.settled:
        under_way = f"{max(report.lag, report.in_flight)} to read, {report.unpublished} to publish"
        if time.monotonic() > deadline:
            report.add("I9", "not settled", f"{under_way} after {within:g} s")
            break
        tell(f"{under_way}: reading again")
        await asyncio.sleep(PAUSE)
        report = await _sure(kafka, mongo, tell, mails)
    return report


async def _sure(kafka: Kafka, mongo: str, tell: Callable[[str], None], mails: Path | None) -> Report:
    """A problem that is gone at the next reading was none."""
    report = await _read(kafka, mongo, tell, mails)
    for _ in range(REPEATS):
        if report.ok:
            break
        tell(f"{len(report.problems)} problems: reading again")
        await asyncio.sleep(PAUSE)
        report = await _read(kafka, mongo, tell, mails)
    return report


async def _read(kafka: Kafka, mongo: str, tell: Callable[[str], None], mails: Path | None) -> Report:
    with _uncollected():
        evidence = await gather(kafka, mongo, tell, mails)
        tell("comparing")
        return judge(evidence)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hundreds of thousands of objects, all of which stay: looking for garbage takes half of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def judge(evidence: Evidence) -> Report:
    report, told = Report(), routes(evidence)
    delivery.check(evidence, told, report)
    offsets.check(evidence, told, report)
    repeats.check(evidence, told, report)
    streams.check(evidence, report)
    folding.check(evidence, report)
    projection.check(evidence, report)
    publication.check(evidence, report)
    arrived.check(evidence, report)
    return report


async def run(where: Where, stack: StackInfo | None, *, as_json: bool, within: float) -> int:
    """The whole of `tsunagu verify`: prints the report, tells the network of it, returns 1 on any problem. `stack`: the one
    that runs here.
    """
    mails = folder_of(stack.addresses) if stack else None
    report = await verify(where.kafka, where.mongo, mails=mails, within=within)
    print(json.dumps(report.as_json(), indent=2, ensure_ascii=False) if as_json else render(report).rstrip())
    await _tell(where.kafka, report)
    return 0 if report.ok else 1


async def _tell(kafka: Kafka, report: Report) -> None:
    """The report stands, whether the status page hears of it or not."""
    try:
        await tell(kafka, report)
    except (KafkaError, OSError) as error:
        print(f"tsunagu: the status page was not told ({type(error).__name__}): see docs/topics.md", file=sys.stderr)
