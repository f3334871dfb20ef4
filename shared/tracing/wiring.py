"""A bus and a reader that trace, in place of the plain ones; and where spans go: OTLP over HTTP.

Where to, with which headers and certificate, in what batches: OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT`,
`OTEL_RESOURCE_ATTRIBUTES`, …), which its library reads.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar, cast

from faststream.kafka.message import KafkaMessage
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span

from shared import logs
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.kafka.reader import Reader, record_of
from shared.kernel.record import Message
from shared.tracing.ids import FixedIds
from shared.tracing.tracer import Tracer

T = TypeVar("T")
FLUSH_WITHIN = 3.0
"""Seconds that the last spans may take to go out: nobody who stops a service waits for a collector."""


def tracer(service: str, share: float) -> Tracer:
    ids = FixedIds()
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"tsunagu-{service}"}), id_generator=ids)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracer(service, provider, ids, share)


def traced(service: str, share: float, kafka: Kafka) -> tuple[KafkaBus, Any]:
    """The bus, and what makes readers."""
    made = tracer(service, share)
    return TracedBus(kafka, made), partial(TracedReader, made)


class TracedBus(KafkaBus):
    """What is published says whose trace it is part of."""

    def __init__(self, kafka: Kafka, tracer: Tracer) -> None:
        super().__init__(kafka)
        self._tracer = tracer

    async def publish(self, messages: Sequence[Message]) -> None:
        untraced: tuple[Sequence[Message], list[Span]] = messages, []
        told, spans = _unless_it_fails(lambda: self._tracer.sending(messages), untraced)
        try:
            await super().publish(told)
        finally:
            for span in spans:
                span.end()

    async def stop(self) -> None:
        """What has not gone out yet does so now, if the collector answers."""
        await super().stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(self._tracer.provider.force_flush), FLUSH_WITHIN)


class TracedReader(Reader):
    """Each record that is part of a trace has a span, for as long as its batch takes."""

    def __init__(self, tracer: Tracer, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._tracer = tracer

    async def _on_batch(self, message: KafkaMessage) -> None:
        records = [record_of(one, self._kafka) for one in cast(Any, message.raw_message)]
        untraced: list[Span] = []
        spans = _unless_it_fails(lambda: self._tracer.received(records), untraced)
        try:
            await super()._on_batch(message)
        finally:
            for span in spans:
                span.end()


def _unless_it_fails(trace: Callable[[], T], untraced: T) -> T:
    """No referral may wait for a fault in what only looks on."""
    try:
        return trace()
    except Exception as error:
        logs.logger().error("not traced", error=logs.where(error))
        return untraced
