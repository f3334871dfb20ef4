"""A service's memory: one record per decision on `<service>.journal`, and the events that it told others of."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from shared.kernel.document import Entry
from shared.kernel.record import Message, encode, envelope

DECIDED = "tsunagu.journal.decided.v1"


def topic(service: str) -> str:
    return f"{service}.journal"


def source(service: str, key: str, event: Mapping[str, Any] = MappingProxyType({})) -> str:
    """The `source` of a document's events; of one whose stream began anew, with the position at which it did."""
    began = event.get("began")
    return f"/tsunagu/{service}/{key}#{began}" if began else f"/tsunagu/{service}/{key}"


def record(service: str, entry: Entry) -> Message:
    """The whole entry, numbered by its position in the document."""
    head = envelope(
        id=f"{entry.document}:{entry.position}",
        source=source(service, entry.document),
        type=DECIDED,
        time=entry.at,
        sequence=entry.position,
    )
    return Message(topic(service), entry.document, entry.text.encode(), head)


def events(service: str, entry: Entry) -> list[Message]:
    """What the entry tells others, as they read it."""
    return [
        Message(
            event["topic"],
            event["key"],
            encode(event["data"]),
            envelope(
                id=event["id"],
                source=source(service, entry.document, event),
                type=event["type"],
                time=entry.at,
                sequence=event["sequence"],
            ),
        )
        for event in entry.events
        if event["topic"]
    ]
