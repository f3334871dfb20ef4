"""The state of a case in matching: whom it has asked, and how each of them answered. Changed by its own events only."""

from datetime import datetime
from typing import Any, ClassVar, Literal

from shared.events import matches
from shared.events.base import Code, Event, Frozen, Key
from shared.events.cases import CaseAccepted
from shared.events.holds import HoldReleased, HoldRequested
from shared.events.offers import OfferMade

OfferState = Literal[
    "asking",  # the supporter's document has been asked for a place
    "offered",
    "accepted",
    "declined",
    "expired",
    "refused",  # no place, or not able: they never got the offer
    "undelivered",  # no message reached them
    "withdrawn",
    "preempted",  # another was quicker
    "dropped_out",
]


class Opened(Event):
    """The referral as it is asked for from now on."""

    type: ClassVar[str] = "tsunagu.matching.opened.v1"

    referral: CaseAccepted


class Denied(Event):
    type: ClassVar[str] = "tsunagu.matching.denied.v1"

    supporter: Key
    reason: Code


class Undelivered(Event):
    type: ClassVar[str] = "tsunagu.matching.undelivered.v1"

    supporter: Key


class Closed(Event):
    type: ClassVar[str] = "tsunagu.matching.closed.v1"


class Offer(Frozen):
    """`number` names the ask; `wave` the round it belongs to; `score` the reasons for asking this one."""

    number: int
    wave: int
    state: OfferState = "asking"
    assigning: bool = False
    reason: str | None = None
    score: matches.Score | None = None
    expires_at: datetime | None = None


class Case(Frozen):
    """`number`: the last ask; `wave`: the last round; `reason`: why it is escalated."""

    status: Literal["new", "asking", "assigned", "escalated", "closed"] = "new"
    referral: CaseAccepted | None = None
    offers: dict[str, Offer] = {}
    number: int = 0
    wave: int = 0
    assigned: str | None = None
    reason: str | None = None

    def asks(self) -> CaseAccepted:
        assert self.referral
        return self.referral

    def open(self) -> list[str]:
        """Who has been asked and has not answered."""
        return [supporter for supporter, offer in self.offers.items() if offer.state in ("asking", "offered")]

    def holder(self) -> str | None:
        """Who has it, or is about to: a coordinator has chosen them, and their document has not answered yet."""
        chosen = (who for who, offer in self.offers.items() if offer.assigning and offer.state == "asking")
        return self.assigned or next(chosen, None)

    def had_their_turn(self) -> list[str]:
        """All who were asked but those who were only slower than another, who has let go of it since."""
        return [supporter for supporter, offer in self.offers.items() if offer.state != "preempted"]

    def reached(self) -> dict[str, bool]:
        """Supporter → whether they could answer at all."""
        return {supporter: offer.state not in ("refused", "undelivered") for supporter, offer in self.offers.items()}


ENDS: dict[str, OfferState] = {
    "declined": "declined", "expired": "expired", "preempted": "preempted", "dropped_out": "dropped_out",
    "undelivered": "undelivered", "completed": "accepted", "unwanted": "withdrawn",
    "not_eligible": "refused", "supporter_erased": "refused",
}  # fmt: skip
"""Why a place was given back → what that makes of the offer; anything else: it was withdrawn."""


def evolve(case: Case, event: Any) -> Case:
    match event:
        case Opened():
            fresh = {} if case.status in ("asking", "escalated") else case.offers
            status = "assigned" if case.status == "assigned" else "asking"
            return _with(case, referral=event.referral, offers=fresh, status=status)
        case HoldRequested():
            return _asked(case, event)
        case matches.MatchEvent():
            return _matched(case, event)
        case OfferMade():
            return _offer(case, event.recipient, state="offered", expires_at=event.expires_at)
        case Denied():
            return _offer(case, event.supporter, state="refused", reason=event.reason)
        case HoldReleased() if _number(case, event.supporter) == event.number:
            return _offer(case, event.supporter, state=ENDS.get(event.reason, "withdrawn"))
        case Closed():
            return _with(case, status="closed")
    return case


def _asked(case: Case, event: HoldRequested) -> Case:
    """The first ask after all others were answered begins a new wave."""
    wave = case.wave if case.open() else case.wave + 1
    offer = Offer(number=event.number, wave=wave, assigning=event.assigning)
    return _with(case, offers={**case.offers, event.supporter: offer}, number=event.number, wave=wave)


def _matched(case: Case, event: matches.MatchEvent) -> Case:
    match event:
        case matches.Offered():
            return _offer(case, event.supporter, score=event.score)
        case matches.Declined():
            return _offer(case, event.supporter, state="declined", reason=event.reason)
        case matches.Assigned():
            assigned = _offer(case, event.supporter, state="accepted")
            return _with(assigned, status="assigned", assigned=event.supporter, reason=None)
        case matches.Released():
            return _with(case, status="asking", assigned=None)
        case matches.Escalated():
            return _with(case, status="escalated", reason=event.reason)
        case matches.Resumed():
            dropped = {s: offer for s, offer in case.offers.items() if offer.state == "dropped_out"}
            return _with(case, status="asking", offers=dropped, reason=None)
        case matches.Completed() | matches.Unserved():
            return _with(case, status="closed")
    return case


def _number(case: Case, supporter: str) -> int:
    return case.offers[supporter].number if supporter in case.offers else 0


def _offer(case: Case, supporter: str, **changes: Any) -> Case:
    changed = case.offers[supporter].model_copy(update=changes)
    return _with(case, offers={**case.offers, supporter: changed})


def _with(case: Case, **changes: Any) -> Case:
    return case.model_copy(update=changes)
