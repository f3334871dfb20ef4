"""Counting, as a share of what a batch takes: with bus and store in memory, so of the shortest batch that there can be."""

import time
from statistics import median

import pytest
import uvloop

from shared.clock import RealClock
from shared.ids import RandomIds
from shared.kernel.kernel import Kernel
from shared.kernel.memory import MemoryBus, MemoryStore
from shared.kernel.record import Message, Place, Record
from shared.metrics import Metrics
from shared.seal import KeySet, Seals, new_key
from tests.bench import ledger
from tests.bench.results import Measured, Results

pytestmark = pytest.mark.bench
BATCH, BATCHES, ROUNDS, AT_MOST = 500, 4, 3, 0.02


class Timed(Metrics):
    """`spent`: seconds of this thread's processor, which others on the machine do not lengthen."""

    def __init__(self) -> None:
        self.spent = 0.0

    def add(self, what: str, n: int = 1, **labels: str) -> None:
        began = time.thread_time()
        super().add(what, n, **labels)
        self.spent += time.thread_time() - began


def test_counting_costs_next_to_nothing(results: Results) -> None:
    shares = [uvloop.run(_share(poison)) for poison in (0, 10) for _ in range(ROUNDS)]
    for what, found in (("counting", shares[:ROUNDS]), ("counting, each tenth record bad", shares[ROUNDS:])):
        results.add(Measured(f"{what}: share of a batch of {BATCH}", round(median(found) * 100, 3), "%", rounds=ROUNDS))
    assert median(shares[:ROUNDS]) < AT_MOST


async def _share(poison: int) -> float:
    """`poison`: each so manieth record is one that nobody can read; 0: none."""
    count = Timed()
    kernel = Kernel(
        ledger.SERVICE, "bench", ledger.subscriptions(ledger.STEPS), {"account": ledger.ACCOUNT}, MemoryBus(),
        MemoryStore(), RealClock(), RandomIds(), Seals(KeySet([new_key()]), b"k" * 32), count,
    )  # fmt: skip
    messages = ledger.records(BATCH * BATCHES, 2000)
    records = [_record(message, offset, poison) for offset, message in enumerate(messages)]
    began = time.thread_time()
    for start in range(0, len(records), BATCH):
        await kernel.process(records[start : start + BATCH])
    return count.spent / (time.thread_time() - began)


def _record(message: Message, offset: int, poison: int) -> Record:
    bad = poison and offset % poison == 0
    return Record(
        Place(message.topic, 0), offset, None if bad else message.key.encode(), message.value, message.headers
    )
