"""Spans, made of what goes by, in OpenTelemetry's own SDK: whose trace, under what, and what they do not say."""

import json
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.kernel.record import Message, Place, Record, encode, envelope
from shared.tracing.context import case_of, head_of, root_id, trace_id
from shared.tracing.ids import FixedIds
from shared.tracing.tracer import BEGINS, Tracer

CASE, OTHER = "case-9a1c", "case-0001"
STRANGE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SECRET = "Nguyen Thi An"


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(exported: InMemorySpanExporter) -> Tracer:
    ids = FixedIds()
    provider = TracerProvider(id_generator=ids)
    provider.add_span_processor(SimpleSpanProcessor(exported))
    return Tracer("matching", provider, ids, 1.0)


def message(topic: str, key: str, id: str, type: str = "t.v1", body: Any = None, **more: str) -> Message:
    head = envelope(id=id, source="/here", type=type, time="2025-12-01T00:00:00Z", **more)
    return Message(topic, key, encode(body or {"note": SECRET}), head)


def line(document: str, position: int, cause: str, *cases: str) -> Message:
    """Of a journal: what led to it, and about which cases it tells something."""
    topic, partition, offset = cause.rsplit("-", 2)
    where = {"cluster": "c", "topic": topic, "partition": int(partition), "offset": int(offset)}
    events = [{"type": "t.v1", "data": {"case": case}} for case in cases]
    return message("matching.journal", document, f"{document}:{position}", body={"cause": where, "events": events})


def read(sent: Message, offset: int, partition: int = 0) -> Record:
    return Record(Place(sent.topic, partition), offset, sent.key.encode(), sent.value, sent.headers)


def send(tracer: Tracer, *messages: Message) -> list[Message]:
    told, spans = tracer.sending(messages)
    for span in spans:
        span.end()
    return told


def receive(tracer: Tracer, *records: Record) -> None:
    for span in tracer.received(records):
        span.end()


def by_name(exported: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exported.get_finished_spans()}


def test_everything_of_a_case_is_one_trace_under_its_first_span(tracer: Tracer, exported: InMemorySpanExporter) -> None:
    partners = Record(Place("partner.acme.referrals", 0), 7, b"r-1", b"{}", [("ce_traceparent", STRANGE.encode())])
    receive(tracer, partners)
    (command,) = send(tracer, message("intake.commands", CASE, "c-1", BEGINS, origin=str(partners)))
    receive(tracer, read(command, 3))
    told = send(tracer, line(CASE, 1, "intake.commands-0-3"), message("cases", CASE, f"{CASE}:1:0"))
    spans = by_name(exported)
    assert {span.context.trace_id for span in spans.values()} == {trace_id(CASE)}
    root = spans["referral"]
    assert (root.parent, root.context.span_id) == (None, root_id(CASE))
    assert [link.context.trace_id for link in root.links] == [int(STRANGE.split("-")[1], 16)]
    way = ["referral", "intake.commands publish", "intake.commands process", "matching decides", "cases publish"]
    parents = [spans[name].parent for name in way[1:]]
    assert [parent and parent.span_id for parent in parents] == [spans[name].context.span_id for name in way[:-1]]
    assert all(f"{trace_id(CASE):032x}" in head_of(one.headers)["traceparent"] for one in told)


def test_what_time_brings_about_is_in_the_trace_too(tracer: Tracer, exported: InMemorySpanExporter) -> None:
    """A tick belongs to no case, and what it leads to may be of several."""
    send(
        tracer, line("supporter-1", 4, "notify.commands-0-9", CASE, OTHER),
        message("responses", OTHER, "supporter-1:4:1", body={"case": OTHER}),
    )  # fmt: skip
    decided, told = exported.get_finished_spans()
    assert (decided.context.trace_id, told.context.trace_id) == (trace_id(CASE), trace_id(OTHER))
    assert decided.parent and told.parent
    assert (decided.parent.span_id, told.parent.span_id) == (root_id(CASE), root_id(OTHER))


def test_no_span_says_more_than_what_and_which_case(tracer: Tracer, exported: InMemorySpanExporter) -> None:
    (told,) = send(tracer, message("partner.acme.updates", "r-1", f"{CASE}:1:0", body={"note": SECRET}))
    receive(tracer, read(told, 1))
    (span,) = exported.get_finished_spans()
    assert span.attributes == {
        "messaging.system": "kafka", "messaging.destination.name": "partner.acme.updates",
        "cloudevents.event_type": "t.v1", "tsunagu.case": CASE,
    }  # fmt: skip
    assert SECRET not in span.to_json() and "r-1" not in span.to_json()


@pytest.mark.parametrize("broken", [b"", b"\xff", b"00-zz", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01"])
def test_a_strangers_broken_context_is_none(tracer: Tracer, exported: InMemorySpanExporter, broken: bytes) -> None:
    receive(tracer, Record(Place("cases", 0), 1, b"case-1", b"{}", [("traceparent", broken), ("x", None)]))
    assert not exported.get_finished_spans()


@pytest.mark.parametrize(
    "sent",
    [
        message("matching.dead-letters", "k", "d-1", body={"case": CASE}),
        message("resident-keys", CASE, "k-1"),
        message("stats.status", "replica", "s-1"),
        message("matching.commands", "supporter-1", "tick:supporter-1"),
        Message("roster", "supporter-1", None, ()),
    ],
    ids=lambda one: one.topic,
)
def test_what_is_of_no_case_stays_as_it_is(tracer: Tracer, exported: InMemorySpanExporter, sent: Message) -> None:
    assert send(tracer, sent) == [sent] and not exported.get_finished_spans()


def test_a_share_of_the_cases_is_traced_and_everywhere_the_same(tracer: Tracer) -> None:
    tracer.share = 0.25
    others = Tracer("stats", tracer.provider, tracer.ids, 0.25)
    cases = [f"case-{number:04x}" for number in range(4000)]
    traced = [case for case in cases if tracer.traces(case)]
    assert 800 < len(traced) < 1200 and traced == [case for case in cases if others.traces(case)]
    left = next(case for case in cases if case not in traced)
    sent = message("cases", left, f"{left}:1:0")
    assert send(tracer, sent) == [sent]


def test_whose_a_message_is() -> None:
    held = message("holds", "supporter-1", "case-2:4:0", body={"case": "case-2"})
    assert case_of(held, head_of(held.headers)) == "case-2"
    answer = message("notify.commands", "supporter-1", "x", body=json.loads('{"case": "case-3", "number": 1}'))
    assert case_of(answer, head_of(answer.headers)) == "case-3"
