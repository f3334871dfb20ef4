"""Which trace a message belongs to. Pure: a case's trace follows from its key, so it outlives days, databases and brokers,
and nothing has to be remembered.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from shared.kernel.record import Headers, Message

TRACEPARENT = "traceparent"
"""The header, as W3C names it, and as others' clients of Kafka read it."""
STRANGERS = (TRACEPARENT, "ce_traceparent")
"""Where partners may have one: in Kafka's own header, or as CloudEvents' extension for distributed tracing."""
CASE = "case-"
UNTRACED = (".dead-letters", ".handled-letters", ".audit", ".status", "-keys")
"""Topics that tell nothing of a case's way."""


def trace_id(case: str) -> int:
    """128 bits."""
    return int.from_bytes(_digest("trace", case)[:16])


def root_id(case: str) -> int:
    """Of the span that all others lie under, whoever makes them first."""
    return int.from_bytes(_digest("root", case)[:8])


def head_of(headers: Headers) -> dict[str, str]:
    """Ours, or a stranger's: what is no text is left out."""
    return {name: value.decode(errors="replace") for name, value in headers if value is not None}


def case_of(message: Message, head: Mapping[str, str]) -> str | None:
    """The case that a message is about; None for what is about none, or about whole topics."""
    if message.topic.endswith(UNTRACED) or message.value is None:
        return None
    document = head.get("ce_id", "").partition(":")[0]
    for known in (message.key, document):
        if known.startswith(CASE):
            return known
    body = _body(message.value)
    events = body.get("events") if message.topic.endswith(".journal") else None
    return _case(body) or next((case for event in events or () if (case := _case(event["data"]))), None)


def cause_of(message: Message) -> str:
    """Of a journal's line: where the record lay that led to it, as the record itself says it."""
    cause = _body(message.value or b"{}")["cause"]
    return f"{cause['topic']}-{cause['partition']}-{cause['offset']}"


def _case(body: Mapping[str, Any]) -> str | None:
    case = body.get("case")
    return case if isinstance(case, str) and case.startswith(CASE) else None


def _body(value: bytes) -> dict[str, Any]:
    body = json.loads(value)
    return body if isinstance(body, dict) else {}


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(("tsunagu", *parts)).encode()).digest()
