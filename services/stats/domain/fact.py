"""A fact: all that is counted of one case. The order in which topics are read does not matter to it.

Stats decides nothing: what it reads becomes `Noted` in its own journal, and evolve makes the fact of that, by rules
that give the same whatever came first (the earliest time, a set, a maximum).
"""

from datetime import datetime
from typing import Any, ClassVar

from shared.events import cases, matches, responses
from shared.events.base import Event, Frozen, Moment, Token
from shared.kernel.decider import Context, Decision, decider

MATCHES = frozenset(event.type for event in matches.EVENTS)


class Noted(Event):
    """`what`: the type of the event that was read; `with_`: what of it is counted."""

    type: ClassVar[str] = "tsunagu.stats.noted.v1"

    what: Token
    at: Moment
    with_: dict[str, Token | int] = {}


class Fact(Frozen):
    """Times are UTC, each of the first time. `waits_for`: the reason why a coordinator is to decide; None while none is.
    `dropped_out`, `taken_back`: assignments that ended before the work was done. `escalations`: reason → how often.
    `undelivered`: kind of message → how often.
    """

    category: str | None = None
    municipality: str | None = None
    language: str | None = None
    org: str | None = None
    received_at: datetime | None = None
    offered_at: datetime | None = None
    assigned_at: datetime | None = None
    closed_at: datetime | None = None
    offers: int = 0
    declined: int = 0
    expired: int = 0
    assignments: int = 0
    dropped_out: int = 0
    taken_back: int = 0
    withdrawn: bool = False
    unserved: str | None = None
    outcome: str | None = None
    minutes: int = 0
    escalated_at: datetime | None = None
    waits_for: str | None = None
    escalations: dict[str, int] = {}
    undelivered: dict[str, int] = {}


def decide(_: Fact, read: Any, context: Context) -> Decision:
    match read:
        case cases.CaseAccepted():
            wanted = {
                "category": read.category, "municipality": read.municipality, "language": read.languages[0],
                "org": read.org, "received_at": read.received_at.isoformat(),
            }  # fmt: skip
            return [_noted(read, context, **wanted)]
        case matches.Completed():
            return [_noted(read, context, outcome=read.outcome, minutes=read.minutes)]
        case matches.Escalated() | matches.Unserved() | matches.Released():
            return [_noted(read, context, reason=read.reason)]
        case responses.DeliveryFailed():
            return [_noted(read, context, kind=read.kind)]
        case matches.MatchEvent() | cases.CaseEvent():
            return [_noted(read, context)]
    return []


def _noted(read: Event, context: Context, **with_: Any) -> Noted:
    return Noted(what=read.type, at=context.time, with_=with_)


def evolve(fact: Fact, noted: Noted) -> Fact:
    changes: dict[str, Any] = {}
    said: dict[str, Any] = {**noted.with_}
    match noted.what:
        case cases.CaseAccepted.type:
            changes = {**said, "received_at": datetime.fromisoformat(said["received_at"])}
        case cases.CaseAmended.type:
            changes = {name: value for name, value in said.items() if name != "received_at"}
        case cases.CaseErased.type if fact.closed_at is None:
            changes = {"withdrawn": True, "closed_at": noted.at}
        case cases.CaseWithdrawn.type:
            changes = {"withdrawn": True, "closed_at": _first(fact.closed_at, noted.at)}
        case cases.CaseClosed.type:
            changes = {"closed_at": _first(fact.closed_at, noted.at)}
        case matches.Offered.type:
            changes = {"offers": fact.offers + 1, "offered_at": _first(fact.offered_at, noted.at)}
        case matches.Assigned.type:
            assignments = fact.assignments + 1
            changes = {"assigned_at": _first(fact.assigned_at, noted.at), "assignments": assignments}
        case matches.Declined.type:
            changes = {"declined": fact.declined + 1}
        case matches.Expired.type:
            changes = {"expired": fact.expired + 1}
        case matches.Released.type:
            how = "taken_back" if said["reason"] in matches.TAKEN_BACK else "dropped_out"
            changes = {how: getattr(fact, how) + 1}
        case matches.Completed.type:
            changes = said
        case matches.Escalated.type:
            changes = {"escalations": _one_more(fact.escalations, said["reason"])}
        case matches.Unserved.type:
            changes = {"unserved": said["reason"]}
        case responses.DeliveryFailed.type:
            changes = {"undelivered": _one_more(fact.undelivered, said["kind"])}
    return fact.model_copy(update={**changes, **_waits(fact, noted)})


def _waits(fact: Fact, noted: Noted) -> dict[str, Any]:
    """Matching alone tells, in order: a case waits for a decision until it has another word of it."""
    if noted.what == matches.Escalated.type:
        return {"waits_for": noted.with_["reason"], "escalated_at": _first(fact.escalated_at, noted.at)}
    return {"waits_for": None} if noted.what in MATCHES else {}


def _first(known: datetime | None, at: datetime) -> datetime:
    return min(known, at) if known else at


def _one_more(counts: dict[str, int], name: str) -> dict[str, int]:
    return {**counts, name: counts.get(name, 0) + 1}


def due(_: Fact) -> datetime | None:
    return None


FACT = decider(Fact, decide, evolve, due, (Noted,), number=3)
