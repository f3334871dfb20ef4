"""The way of one offer, as its supporter has gone it. From the journal of the supporter's own document."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.notify.domain.offers import NAMED
from shared.kernel.document import Entry
from shared.web.timeline import Step, step

HEARD, DELIVERED = "tsunagu.notify.heard.v1", "tsunagu.delivery.delivered.v1"
AHEAD: Mapping[str, tuple[str, ...]] = {
    "open": ("answered", "assigned", "reported"),
    "answered": ("assigned", "reported"),
    "assigned": ("reported",),
}
"""State of an offer → what is to come where they say yes."""


def steps(entries: Iterable[Entry], case: str) -> list[Step]:
    """Oldest first. What is heard twice (a case was amended, a reminder) is one step."""
    found: list[Step] = []
    for entry in entries:
        for event in entry.events:
            one = _step(event, entry.at) if event["data"].get("case") == case else None
            if one and (not found or found[-1].what != one.what):
                found.append(one)
    return found


def _step(event: Mapping[str, Any], at: str) -> Step | None:
    data = event["data"]
    if event["type"] == HEARD:
        return step(data["reason"] if data.get("reason") in NAMED else data["state"], at)
    reminded = event["type"] == DELIVERED and data["kind"] == "reminder"
    return step("reminded", at) if reminded else None
