"""Spans, made of what goes by: a record that is read, a decision that is written down, a message that is told.

What a span says: topic, type of event, case. Never what is in a record, nor whom it is about.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags, set_span_in_context
from opentelemetry.trace import Tracer as Maker
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.kafka.connection import PARTNERS
from shared.kernel.record import Message, Record
from shared.tracing.context import STRANGERS, TRACEPARENT, case_of, cause_of, head_of, root_id, trace_id
from shared.tracing.ids import FixedIds

LOW = (1 << 64) - 1
"""The half of a trace's id by which OpenTelemetry, too, chooses a share of them."""
AT_MOST = 20_000
"""So many records that were read are remembered, for what follows from them."""
BEGINS = "tsunagu.intake.publish.v1"
"""The command with which a case begins."""


@dataclass
class Tracer:
    """`service`: whose spans these are. `share`: of the cases that are traced, above 0 and at most 1."""

    service: str
    provider: TracerProvider
    ids: FixedIds
    share: float
    _read: dict[str, SpanContext] = field(default_factory=dict)
    _strangers: dict[str, SpanContext] = field(default_factory=dict)

    @cached_property
    def _spans(self) -> Maker:
        return self.provider.get_tracer("tsunagu")

    def received(self, records: Iterable[Record]) -> list[Span]:
        """Begins a span for each record that is part of a trace; whoever is done with them ends them."""
        spans = []
        for record in records:
            context = _context(head_of(record.headers))
            if context is None or record.place.topic.startswith(PARTNERS):
                _keep(self._strangers, str(record), context)
                continue
            name = f"{record.place.topic} process"
            span = self._span(name, SpanKind.CONSUMER, context, record.place.topic, head_of(record.headers))
            _keep(self._read, str(record), span.get_span_context())
            spans.append(span)
        return spans

    def sending(self, messages: Sequence[Message]) -> tuple[Sequence[Message], list[Span]]:
        """The messages with what lets their readers go on, and the begun spans. Decisions come before what they tell."""
        decided: dict[str, SpanContext] = {}
        told, spans = [], []
        for message in messages:
            head = head_of(message.headers)
            case = case_of(message, head)
            if case is None or not self.traces(case):
                told.append(message)
                continue
            span = self._sent(message, case, head, decided)
            traceparent = (TRACEPARENT, _traceparent(span.get_span_context()))
            told.append(message._replace(headers=[*message.headers, traceparent]))
            spans.append(span)
        return told, spans

    def traces(self, case: str) -> bool:
        """The same in every service: it follows from the case."""
        return trace_id(case) & LOW < self.share * LOW

    def _sent(self, message: Message, case: str, head: dict[str, str], decided: dict[str, SpanContext]) -> Span:
        id = head.get("ce_id", "")
        if message.topic.endswith(".journal"):
            cause = self._read.get(cause_of(message))
            span = self._span(f"{self.service} decides", SpanKind.PRODUCER, _in(case, cause), message.topic, head, case)
            decided[id] = span.get_span_context()
            return span
        if head.get("ce_type") == BEGINS:
            self._begin(case, head)
        cause = decided.get(id.rpartition(":")[0])
        return self._span(f"{message.topic} publish", SpanKind.PRODUCER, _in(case, cause), message.topic, head, case)

    def _begin(self, case: str, head: dict[str, str]) -> None:
        """The span that all others are under; a link leads to the partner's own trace, if it told us one."""
        stranger = self._strangers.get(head.get("ce_origin", ""))
        self.ids.next = trace_id(case), root_id(case)
        span = self._spans.start_span(
            "referral", context=Context(), kind=SpanKind.SERVER,
            attributes={"tsunagu.case": case}, links=[Link(stranger)] if stranger else [],
        )  # fmt: skip
        self.ids.next = None
        span.end()

    def _span(
        self, name: str, kind: SpanKind, parent: SpanContext, topic: str, head: dict[str, str], case: str = ""
    ) -> Span:
        said = {
            "messaging.system": "kafka", "messaging.destination.name": topic,
            "cloudevents.event_type": head.get("ce_type", ""), "tsunagu.case": case,
        }  # fmt: skip
        return self._spans.start_span(
            name, context=set_span_in_context(NonRecordingSpan(parent)), kind=kind, start_time=time.time_ns(),
            attributes={name: value for name, value in said.items() if value},
        )  # fmt: skip


def _in(case: str, cause: SpanContext | None) -> SpanContext:
    """Under what led to it, where that is of the same case; else under the case's first span."""
    trace = trace_id(case)
    if cause is not None and cause.trace_id == trace:
        return cause
    return SpanContext(trace, root_id(case), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _context(head: dict[str, str]) -> SpanContext | None:
    """What the sender's header says; None where there is none, or one that is none."""
    said = next((head[name] for name in STRANGERS if name in head), None)
    if said is None:
        return None
    found = TraceContextTextMapPropagator().extract({TRACEPARENT: said})
    span = next(iter(found.values()), None)
    context = span.get_span_context() if isinstance(span, Span) else None
    return context if context and context.is_valid else None


def _traceparent(context: SpanContext) -> bytes:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}".encode()


def _keep(kept: dict[str, SpanContext], record: str, context: SpanContext | None) -> None:
    if context is None:
        return
    kept[record] = context
    if len(kept) > AT_MOST:
        del kept[next(iter(kept))]
