"""The way of a referral: every step that its partner was told, and those that are still to come."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.events.updates import State
from shared.kernel.document import Entry
from shared.web.timeline import Step, step

AHEAD: dict[State, tuple[str, ...]] = {
    "accepted": ("assigned", "completed"),
    "on-hold": ("assigned", "completed"),
    "in-progress": ("completed",),
}
"""State → what is to come where all goes well; nothing in the others."""
RESIDENTS = frozenset(
    {"accepted", "amended", "offered", "assigned", "released", "resumed", "escalated", "completed", "failed",
     "cancelled", "erased"}
)  # fmt: skip
"""What a resident is shown: not the messages of their organisation that were not taken."""


def told(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The updates of a case's journal, {type, …data}, oldest first."""
    return [
        {"type": event["type"], **event["data"]}
        for entry in entries
        for event in entry.events
        if (event["topic"] or "").startswith("partner.")
    ]


def steps(updates: Iterable[dict[str, Any]]) -> list[Step]:
    return [_step(update) for update in updates]


def residents(updates: Iterable[dict[str, Any]]) -> list[Step]:
    """As `steps`, without what only the partner needs to know."""
    return [Step(one.what, one.at) for one in steps(updates) if one.what in RESIDENTS]


def ahead(state: str, gone: Sequence[Step]) -> tuple[str, ...]:
    coming = AHEAD.get(state, ())  # type: ignore[call-overload]  # any text may be asked for
    asked = any(one.what == "offered" for one in gone)
    return coming if asked or state != "accepted" else ("offered", *coming)


def _step(update: dict[str, Any]) -> Step:
    what = update["type"].split(".")[2]
    why = {"escalated": "escalation", "failed": "escalation", "released": "drop_out", "cancelled": "withdrawal"}
    return step(
        what, update["at"], **{
            why.get(what, "code"): update.get("reason"), "outcome": update.get("outcome"),
            "minutes": update.get("minutes"), "text": update.get("message"),
        },
    )  # fmt: skip
