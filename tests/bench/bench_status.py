"""What it costs a process to tell how it stands, as a share of a processor: its words, and its count of dead letters."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop

from deploy.kafka import topics
from shared.kafka.connection import Kafka
from shared.service import Service
from shared.status.records import EVERY, Status, Stream
from shared.status.teller import LETTERS_EACH
from tests.bench.results import Measured, Results
from tests.contract.houses import built

pytestmark = pytest.mark.bench
TIMES, AT_MOST = 50, 0.005
BUSY = Status.model_construct(
    waiting_for=(), stopped=False, letters={"payload": 12}, stuck=0, aside=0, due=0, overdue=0, unpublished=0,
    streams=tuple(Stream(topic=f"topic-{n}", reader="kernel", end=10**6, lag=n, behind=0.1) for n in range(6)),
)  # fmt: skip
"""Of a service that reads six topics."""


def test_telling_how_it_stands_costs_next_to_nothing(
    kafka: Kafka, mongo: str, results: Results, tmp_path: Path
) -> None:
    service = built(mongo, tmp_path, kafka=kafka.servers)["matching"]
    words, counts = uvloop.run(_shares(service, kafka))
    for what, share in (("a word every five seconds", words), ("dead letters, every ten", counts)):
        results.add(Measured(f"{what}: share of a processor", round(share * 100, 3), "%", rounds=TIMES))
    assert words + counts < AT_MOST


async def _shares(service: Service, kafka: Kafka) -> tuple[float, float]:
    await topics.apply(kafka, topics.network())
    bus, teller = service.parts.bus, service.teller
    await bus.start()

    async def word() -> None:
        status = teller.status()
        await teller.publish(BUSY.model_copy(update={"at": status.at, "began": status.began}))

    try:
        return await _seconds(word) / EVERY, await _seconds(teller.count) / LETTERS_EACH
    finally:
        await bus.stop()


async def _seconds(what: Callable[[], Awaitable[None]]) -> float:
    """Of this process' processor, each time."""
    await what()
    began = time.process_time()
    for _ in range(TIMES):
        await what()
    return (time.process_time() - began) / TIMES
