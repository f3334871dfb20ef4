"""The way of a matter, as pages draw it (macros.html, `timeline`): what has happened, and what is still to come."""

from datetime import datetime
from typing import Any, Literal, NamedTuple

Tone = Literal["done", "look", "good", "bad"]
"""Which mark a step has: gone through, worth a look, a good end, another end."""

TONES: dict[str, Tone] = {
    "assigned": "good", "appointed": "good", "completed": "good", "reported": "good",
    "released": "look", "escalated": "look", "expired": "look", "undelivered": "look", "dropped_out": "look",
    "not_eligible": "look", "amended": "look", "reassigned": "look", "report_too_late": "look",
    "rejected": "bad", "failed": "bad", "cancelled": "bad", "unserved": "bad", "erased": "bad", "withdrawn": "bad",
}  # fmt: skip
"""Code of a step → its mark; all others are just gone through."""


class Step(NamedTuple):
    """`what`: a code that the page has words for. `details`: (kind, value) pairs: a kind of label and its code, or one
    of `number`, `minutes`, `until`, `names`, `text`.
    """

    what: str
    at: datetime | str | None
    details: tuple[tuple[str, Any], ...] = ()

    @property
    def tone(self) -> Tone:
        return TONES.get(self.what, "done")


def step(what: str, at: datetime | str | None, **details: Any) -> Step:
    """`details` that are None or empty are left out."""
    return Step(what, at, tuple((kind, value) for kind, value in details.items() if value not in (None, "", ())))
