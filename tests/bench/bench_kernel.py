"""The kernel, with all its effects stored and published, over the least that aiokafka and motor can do."""

from statistics import median

import pytest
import uvloop

from deploy.kafka import topics
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from tests.bench import ledger, loops
from tests.bench.results import Results, compared

pytestmark = pytest.mark.bench
COUNT, KEYS, PARTITIONS, ROUNDS = 20_000, 5_000, 4, 3


@pytest.fixture(scope="module")
def published(kafka: Kafka) -> None:
    """The records that both sides read, again and again, each time as a new group."""
    uvloop.run(_publish(kafka))


async def _publish(kafka: Kafka) -> None:
    await topics.apply(kafka, [topics.Topic(name, PARTITIONS) for name in ledger.TOPICS])
    bus = KafkaBus(kafka)
    await bus.start()
    await bus.publish(ledger.records(COUNT, KEYS))
    await bus.stop()


@pytest.mark.parametrize("batch", [500, 2000])
@pytest.mark.usefixtures("published")
def test_kernel_over_a_bare_loop(kafka: Kafka, mongo: str, results: Results, batch: int) -> None:
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(uvloop.run(loops.bare(kafka, mongo, COUNT, batch)))
        ours.append(uvloop.run(loops.kernel(kafka, mongo, COUNT, batch)))
    assert median(ours) > 0
    results.add(compared(f"kernel, batches of {batch}", "records/s", ours, bare))
