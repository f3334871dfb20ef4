"""The way of a case through matching: whom it asked, how they answered, what a coordinator did. From its own journal."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared.kernel.document import Entry
from shared.web.timeline import Step, step

Data = Mapping[str, Any]


def steps(entries: Iterable[Entry]) -> list[Step]:
    """Oldest first; those who were asked in one round are one step."""
    found: list[Step] = []
    for entry in entries:
        for event in entry.events:
            if (make := READ.get(event["type"])) and (one := make(event["data"], entry.at)):
                _add(found, one)
    return found


def _add(found: list[Step], one: Step) -> None:
    """Changes `found`. Another ask of the same round joins the one before it."""
    if found and found[-1].what == one.what == "asked" and _wave(found[-1]) == _wave(one):
        names = (*dict(found[-1].details)["names"], *dict(one.details)["names"])
        found[-1] = step("asked", found[-1].at, **{**dict(one.details), "names": names})
    elif one.what != "amended" or found:
        found.append(one)
    else:
        found.append(Step("opened", one.at, one.details))


def _wave(one: Step) -> Any:
    return dict(one.details).get("number")


def _assigned(data: Data, at: str) -> Step:
    what = "assigned" if data["by"] == "acceptance" else "appointed"
    return step(what, at, names=(data["supporter"],))


def _of(what: str, why: str = "code") -> Callable[[Data, str], Step]:
    """A step with its supporter and its reason, a code of that kind."""
    return lambda data, at: step(
        what, at, names=(data["supporter"],) if "supporter" in data else (), **{why: data.get("reason")}
    )


READ: Mapping[str, Callable[[Data, str], Step]] = {
    "tsunagu.matching.opened.v1": lambda data, at: step("amended", at),
    "tsunagu.match.offered.v1": lambda data, at: step(
        "asked", at, number=data["wave"], names=(data["supporter"],), until=data["expires_at"]
    ),
    "tsunagu.matching.denied.v1": _of("refused", "exclusion"),
    "tsunagu.matching.undelivered.v1": _of("undelivered"),
    "tsunagu.match.declined.v1": _of("declined", "decline"),
    "tsunagu.match.expired.v1": _of("expired"),
    "tsunagu.match.assigned.v1": _assigned,
    "tsunagu.match.released.v1": _of("released", "drop_out"),
    "tsunagu.match.escalated.v1": _of("escalated", "escalation"),
    "tsunagu.match.resumed.v1": _of("resumed"),
    "tsunagu.match.completed.v1": lambda data, at: step(
        "completed", at, names=(data["supporter"],), outcome=data["outcome"], minutes=data["minutes"]
    ),
    "tsunagu.match.unserved.v1": _of("unserved", "escalation"),
    "tsunagu.matching.closed.v1": _of("closed"),
}
"""Type of an event → its step. Opened the first time, amended each time after it."""
