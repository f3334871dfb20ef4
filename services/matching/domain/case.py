"""A case in search of its supporter: decide and due. States and how they change: offers.py; who is asked: policy.py."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.matching import policy
from services.matching.domain import commands
from services.matching.domain.offers import (
    Case,
    Closed,
    Denied,
    Offer,
    Opened,
    Undelivered,
    evolve,
)  # fmt: skip
from shared.events import holds, matches, offers
from shared.events.base import Event
from shared.events.cases import CaseAccepted, CaseAmended, CaseClosed, CaseWithdrawn
from shared.events.hold_answers import HoldGranted, HoldRefused
from shared.events.holds import HoldReleased, HoldRequested, PauseAsked
from shared.events.offers import OfferConfirmed, OfferMade, OfferTaken, OfferWithdrawn
from shared.events.referrals import Referral
from shared.events.responses import (
    ActivityReported,
    DeliveryFailed,
    DroppedOut,
    OfferAccepted,
    OfferDeclined,
)  # fmt: skip
from shared.kernel.decider import Context, Decision, Refused, Tick, decider


def decide(case: Case, asked: Any, context: Context) -> Decision:
    match asked:
        case CaseAmended():
            return _amended(case, asked, context)
        case CaseAccepted() if case.status == "new":
            return _go_on(case, context, [Opened(referral=asked)])
        case CaseWithdrawn() | CaseClosed():
            return _closed(case, "withdrawn" if isinstance(asked, CaseWithdrawn) else "closed")
        case HoldGranted() | HoldRefused():
            return _held(case, asked, context)
        case OfferAccepted() | OfferDeclined() | DroppedOut() | ActivityReported() | DeliveryFailed():
            return _answered(case, asked, context)
        case Tick():
            return _expired(case, context)
        case commands.Assign() | commands.AskAgain() | commands.Close():
            return _directed(case, asked, context)
    return []


def due(case: Case) -> datetime | None:
    """When the next offer lapses."""
    lapsing = [offer.expires_at for offer in case.offers.values() if offer.state == "offered" and offer.expires_at]
    return min(lapsing, default=None) if case.status == "asking" else None


# The steps that all paths share.


def _go_on(case: Case, context: Context, first: Sequence[Event]) -> Decision:
    """What has just happened, and what follows from it: another ask, or, when nobody is left, a coordinator."""
    after = _after(case, first)
    if after.status != "asking" or after.open():
        return list(first)
    found = policy.candidates(after.asks(), context.view, after.offers, context.now)
    wave = found[: policy.WAVE[after.asks().urgency]]
    if not wave:
        reason = policy.nobody_left(after.asks(), context.view, after.reached(), context.now)
        return [*first, matches.Escalated(case=context.key, reason=reason)]
    return [*first, *_asks(after, context.key, [candidate.supporter for candidate in wave])]


def _after(case: Case, events: Sequence[Event]) -> Case:
    for event in events:
        case = evolve(case, event)
    return case


def _asks(case: Case, key: str, supporters: Sequence[str], *, assigning: bool = False) -> list[Event]:
    needs = case.asks()
    return [
        HoldRequested(
            supporter=supporter, case=key, number=case.number + place, category=needs.category,
            languages=needs.languages, assigning=assigning,
        )
        for place, supporter in enumerate(supporters, 1)
    ]  # fmt: skip


def _free(key: str, supporter: str, offer: Offer, reason: str) -> HoldReleased:
    return HoldReleased(supporter=supporter, case=key, number=offer.number, reason=reason)


def _needs(case: Case) -> dict[str, Any]:
    """What an offer says of the referral: never for whom it is."""
    return {name: getattr(case.asks(), name) for name in Referral.model_fields}


# What supporters' documents answer.


def _held(case: Case, answer: HoldGranted | HoldRefused, context: Context) -> Decision:
    offer = case.offers.get(answer.supporter)
    wanted = offer is not None and offer.number == answer.number and offer.state == "asking"
    if isinstance(answer, HoldRefused):
        if not wanted:
            return []
        return _replaced(case, context, Denied(supporter=answer.supporter, reason=answer.reason))
    if not wanted or offer is None or case.status not in ("asking", "escalated"):
        released = HoldReleased(supporter=answer.supporter, case=context.key, number=answer.number, reason="unwanted")
        return [released]
    if offer.assigning:
        return _assigned(case, context, answer.supporter, offer, by="coordinator")
    return _offered(case, context, answer.supporter, offer)


def _replaced(case: Case, context: Context, denied: Denied) -> Decision:
    """Somebody else is asked in place of who could not; a coordinator's choice is not replaced."""
    after = _after(case, [denied])
    if case.offers[denied.supporter].assigning or after.status != "asking" or not after.open():
        return _go_on(case, context, [denied])
    found = policy.candidates(after.asks(), context.view, after.offers, context.now)[:1]
    return [denied, *_asks(after, context.key, [candidate.supporter for candidate in found])]


def _offered(case: Case, context: Context, supporter: str, offer: Offer) -> Decision:
    expires = policy.expiry(case.asks().urgency, context.now)
    one = context.view.get(supporter)
    score = policy.score(one, case.asks(), context.now) if one else matches.Score()
    return [
        matches.Offered(case=context.key, supporter=supporter, wave=case.wave, score=score, expires_at=expires),
        OfferMade(recipient=supporter, case=context.key, number=offer.number, expires_at=expires, **_needs(case)),
    ]


def _assigned(case: Case, context: Context, supporter: str, offer: Offer, *, by: str) -> Decision:
    """First acceptance wins; the others are told kindly and their places are free again."""
    others = [(s, o) for s, o in case.offers.items() if s != supporter and o.state == "offered"]
    return [
        matches.Assigned(case=context.key, supporter=supporter, by=by),  # type: ignore[arg-type]
        _confirmed(case, context.key, supporter, offer.number),
        *(OfferTaken(recipient=s, case=context.key, number=o.number) for s, o in others),
        *(_free(context.key, s, o, "preempted") for s, o in others),
    ]


def _confirmed(case: Case, key: str, supporter: str, number: int) -> OfferConfirmed:
    referral = case.referral
    assert referral
    return OfferConfirmed(
        recipient=supporter, case=key, number=number, org=referral.org, resident=referral.resident, **_needs(case)
    )


# What supporters themselves answer.


def _answered(case: Case, response: Any, context: Context) -> Decision:
    supporter = response.supporter
    offer = case.offers.get(supporter)
    if offer is None or offer.number != response.number:
        return []
    match response:
        case OfferAccepted():
            return _accepted(case, context, supporter, offer)
        case OfferDeclined() if offer.state == "offered":
            declined = matches.Declined(case=context.key, supporter=supporter, reason=response.reason)
            freed = _free(context.key, supporter, offer, "declined")
            return _go_on(case, context, [declined, freed, *_pause(response, context)])
        case DeliveryFailed(kind="offer") if offer.state == "offered":
            undelivered = Undelivered(supporter=supporter)
            return _go_on(case, context, [undelivered, _free(context.key, supporter, offer, "undelivered")])
        case DroppedOut() if case.status == "assigned" and case.assigned == supporter:
            released = matches.Released(case=context.key, supporter=supporter, reason=response.reason)
            return _go_on(case, context, [released, _free(context.key, supporter, offer, "dropped_out")])
        case ActivityReported() if case.status == "assigned" and case.assigned == supporter:
            done = matches.Completed(
                case=context.key, supporter=supporter, outcome=response.outcome, minutes=response.minutes
            )
            return [done, _free(context.key, supporter, offer, "completed")]
    return []


def _accepted(case: Case, context: Context, supporter: str, offer: Offer) -> Decision:
    if case.status == "asking" and offer.state == "offered":
        return _assigned(case, context, supporter, offer, by="acceptance")
    if case.assigned == supporter:
        return []
    if case.assigned:
        return [OfferTaken(recipient=supporter, case=context.key, number=offer.number)]
    reason = "withdrawn" if case.status == "closed" else "expired"
    return [OfferWithdrawn(recipient=supporter, case=context.key, number=offer.number, reason=reason)]


def _pause(response: OfferDeclined, context: Context) -> list[Event]:
    if not response.pause_days:
        return []
    until = context.now + timedelta(days=response.pause_days)
    return [PauseAsked(supporter=response.supporter, case=context.key, until=until)]


# What time, the partner and coordinators do.


def _expired(case: Case, context: Context) -> Decision:
    lapsed = [
        (s, o) for s, o in case.offers.items()
        if o.state == "offered" and o.expires_at and o.expires_at <= context.now
    ]  # fmt: skip
    gone = [matches.Expired(case=context.key, supporter=s) for s, _ in lapsed]
    return _go_on(case, context, [*gone, *(_free(context.key, s, o, "expired") for s, o in lapsed)])


def _amended(case: Case, asked: CaseAmended, context: Context) -> Decision:
    """Whoever was asked was asked something else: asked anew. Who has it already is told what changed."""
    if case.status in ("new", "closed"):
        return []
    opened = Opened(referral=asked)
    if case.status == "assigned" and case.assigned:
        changed = _after(case, [opened])
        return [opened, _confirmed(changed, context.key, case.assigned, case.offers[case.assigned].number)]
    return _go_on(case, context, [*_withdrawn(case, context.key, "amended"), opened])


def _closed(case: Case, reason: str) -> Decision:
    if case.status in ("new", "closed") or case.referral is None:
        return []
    return [*_withdrawn(case, case.referral.case, reason), Closed()]


def _withdrawn(case: Case, key: str, reason: str) -> list[Event]:
    """All that is still open is taken back, the assignment too."""
    still = [(s, o) for s, o in case.offers.items() if o.state in ("offered", "accepted")]
    return [
        *(OfferWithdrawn(recipient=s, case=key, number=o.number, reason=reason) for s, o in still),
        *(_free(key, s, o, reason) for s, o in still),
    ]


def _directed(case: Case, asked: Any, context: Context) -> Decision:
    if case.status in ("new", "closed"):
        return [Refused("not_open", "this case is closed: nothing more can be done with it")]
    match asked:
        case commands.Assign():
            return _assign(case, asked.supporter, context)
        case commands.AskAgain() if case.status == "escalated":
            return _go_on(case, context, [matches.Resumed(case=context.key)])
        case commands.AskAgain():
            return [Refused("not_escalated", "this case is being asked for already, or somebody has taken it")]
    taken_back = _withdrawn(case, context.key, "closed")
    return [*taken_back, matches.Unserved(case=context.key, reason=asked.reason)]


def _assign(case: Case, supporter: str, context: Context) -> Decision:
    if supporter not in context.view:
        return [Refused("unknown_supporter", f"{supporter} is not on the roster: choose one who is")]
    if why := policy.why_not(context.view[supporter], case.asks().category, case.asks().languages):
        return [Refused("not_eligible", f"{supporter} may not take this case ({why}): choose another")]
    if case.assigned == supporter:
        return []
    offer = case.offers.get(supporter)
    if case.status == "asking" and offer and offer.state == "offered":  # and so has a place already
        return _assigned(case, context, supporter, offer, by="coordinator")
    before: list[Event] = []
    if case.assigned:
        before = [
            matches.Released(case=context.key, supporter=case.assigned, reason="reassigned"),
            *_withdrawn(case, context.key, "reassigned"),
        ]
    return [*before, *_asks(case, context.key, [supporter], assigning=True)]


CASE = decider(
    Case, decide, evolve, due,
    (Opened, Denied, Undelivered, Closed, *matches.EVENTS, *holds.EVENTS, *offers.EVENTS),
)  # fmt: skip
