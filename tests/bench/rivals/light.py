"""How soon at a light load: from handing a step to the producer until its total is with a reader of committed records."""

import asyncio
import threading
import time
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer

from shared.kafka.connection import Kafka
from tests.bench import ledger
from tests.bench.rivals.outputs import reader
from tests.bench.rivals.running import Running

PER_SECOND = 50
WARM_SECONDS, SECONDS = 3.0, 8.0
START_WITHIN = 90.0


@dataclass
class Seen:
    """Case → when, in seconds. Each step is of a case of its own."""

    sent: dict[str, float] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)

    def milliseconds(self, since: float) -> list[float]:
        return [1000 * (self.told[case] - at) for case, at in self.sent.items() if at >= since and case in self.told]


async def latencies(kafka: Kafka, steps: str, totals: str, running: Running) -> list[float]:
    """Of some hundred steps, in milliseconds, after the contestant has answered others for a while."""
    seen = Seen()
    producer = AIOKafkaProducer(**kafka.options(), acks="all")
    await producer.start()
    stop = threading.Event()
    listening = asyncio.create_task(asyncio.to_thread(_listen, kafka.servers, totals, seen, stop))
    try:
        since = await _send(producer, steps, seen, running)
        await _until_all_told(seen)
    finally:
        stop.set()
        await listening
        await producer.stop()
    found = seen.milliseconds(since)
    assert len(found) > 0.9 * SECONDS * PER_SECOND, f"only {len(found)} were told"
    return found


async def _send(producer: AIOKafkaProducer, steps: str, seen: Seen, running: Running) -> float:
    """Evenly, until enough are sent after the warm-up; returns when that was over."""
    began, number = time.perf_counter(), 0
    ends = began + START_WITHIN
    while time.perf_counter() < ends:
        await asyncio.sleep(began + number / PER_SECOND - time.perf_counter())
        case = f"account-light{number}"
        message = ledger.record(steps, number, case, 1)
        seen.sent[case] = time.perf_counter()
        await producer.send(steps, message.value, key=case.encode(), headers=list(message.headers))
        number += 1
        if seen.told and ends == began + START_WITHIN:
            ends = time.perf_counter() + WARM_SECONDS + SECONDS
            running.look()
    assert seen.told, f"nothing was told within {START_WITHIN:g} s"
    return ends - SECONDS


def _listen(servers: str, totals: str, seen: Seen, stop: threading.Event) -> None:
    with reader(servers, totals) as consumer:
        while not stop.is_set():
            record = consumer.poll(0.1)
            if record and not record.error() and (key := record.key()):
                seen.told.setdefault(key.decode(), time.perf_counter())


async def _until_all_told(seen: Seen) -> None:
    deadline = time.perf_counter() + 10
    while len(seen.told) < len(seen.sent) and time.perf_counter() < deadline:
        await asyncio.sleep(0.05)
