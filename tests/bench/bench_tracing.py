"""Publishing and acknowledging with every case traced, over doing so with none: what tracing costs when it is on.

When it is off there is nothing to measure: bus and reader are the plain classes (tests/contract/test_tracing_off.py).
"""

import time
from statistics import median

import pytest
import uvloop
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from deploy.kafka import topics
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.kernel.record import Message, encode, envelope
from shared.tracing.ids import FixedIds
from shared.tracing.tracer import Tracer
from shared.tracing.wiring import TracedBus
from tests.bench.results import Results, compared

pytestmark = pytest.mark.bench
COUNT, BATCH, ROUNDS, TOPIC = 20_000, 500, 3, "cases"


def test_tracing_every_case_over_none(kafka: Kafka, results: Results) -> None:
    on, off = [], []
    for _ in range(ROUNDS):
        off.append(uvloop.run(_rate(kafka, KafkaBus(kafka))))
        on.append(uvloop.run(_rate(kafka, TracedBus(kafka, _tracer()))))
    assert median(on) > 0
    results.add(compared(f"publishing, every case traced, batches of {BATCH}", "records/s", on, off))


def _tracer() -> Tracer:
    ids = FixedIds()
    provider = TracerProvider(id_generator=ids)
    provider.add_span_processor(BatchSpanProcessor(InMemorySpanExporter()))
    return Tracer("intake", provider, ids, 1.0)


async def _rate(kafka: Kafka, bus: KafkaBus) -> float:
    await topics.apply(kafka, [topics.Topic(TOPIC, 4)])
    await bus.start()
    messages = [_message(number) for number in range(COUNT)]
    began = time.perf_counter()
    for start in range(0, COUNT, BATCH):
        await bus.publish(messages[start : start + BATCH])
    seconds = time.perf_counter() - began
    await bus.stop()
    return COUNT / seconds


def _message(number: int) -> Message:
    case = f"case-{number:08x}"
    head = envelope(id=f"{case}:1:0", source=f"/tsunagu/intake/{case}", type="tsunagu.case.accepted.v1",
                    time="2025-12-01T00:00:00+00:00", sequence=1)  # fmt: skip
    return Message(TOPIC, case, encode({"category": "hospital", "municipality": "08220", "languages": ["vi"]}), head)
