"""From addresses to a report. A reading that finds a problem is repeated: what is wrong stays wrong."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.kafka.connection import Kafka
from tsunagu.verify import delivery, folding, publication, streams
from tsunagu.verify.evidence import Evidence, gather
from tsunagu.verify.report import Report
from tsunagu.verify.show import render

REPEATS = 2
PAUSE = 1.0
CHECKS = (delivery.check, streams.check, folding.check, publication.check)


async def verify(kafka: Kafka, mongo: str, *, progress: Callable[[str], None] | None = None) -> Report:
    """`progress` is told, in a word, what is being looked at. Services may run meanwhile."""
    tell = progress or (lambda _: None)
    report = await _read(kafka, mongo, tell)
    for _ in range(REPEATS):
        if report.ok:
            break
        tell(f"{len(report.problems)} problems: reading again")
        await asyncio.sleep(PAUSE)
        report = await _read(kafka, mongo, tell)
    return report


async def _read(kafka: Kafka, mongo: str, tell: Callable[[str], None]) -> Report:
    with _uncollected():
        evidence = await gather(kafka, mongo, tell)
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
    report = Report()
    for check in CHECKS:
        check(evidence, report)
    return report


def run(kafka_servers: str, mongo_url: str) -> int:
    """The whole of `tsunagu verify`: prints the report, returns the exit code: 1 on any problem."""
    report = asyncio.run(verify(Kafka(kafka_servers), mongo_url))
    print(render(report), end="")
    return 0 if report.ok else 1
