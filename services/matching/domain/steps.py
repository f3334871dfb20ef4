"""The steps that all paths of a case share: whom to ask next, to offer, to assign, to take back."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.matching import policy
from services.matching.domain.offers import Case, Offer, evolve
from shared.events import matches
from shared.events.base import Event
from shared.events.holds import HoldReleased, HoldRequested
from shared.events.offers import OfferConfirmed, OfferMade, OfferTaken, OfferWithdrawn
from shared.events.referrals import Referral
from shared.events.roster import SupporterSnapshot
from shared.kernel.decider import Context, Decision

Roster = Mapping[str, SupporterSnapshot]
GIVEN_BACK = {"declined", "expired", "withdrawn", "preempted", "undelivered"}
"""States of an offer whose supporter had a place for it."""


def go_on(case: Case, context: Context, first: Sequence[Event]) -> Decision:
    """What has just happened, and what follows from it: another ask, or, when nobody is left, a coordinator."""
    after = folded(case, first)
    if after.status != "asking" or after.open():
        return list(first)
    view = _freed(case, context.view, first)
    found = policy.candidates(after.asks(), view, after.offers, context.now)
    found = found or policy.candidates(after.asks(), view, after.had_their_turn(), context.now)
    wave = found[: policy.WAVE[after.asks().urgency]]
    if not wave:
        unreached = any(offer.state == "undelivered" for offer in after.offers.values())
        reason = policy.nobody_left(after.asks(), context.view, after.reached(), context.now, unreached=unreached)
        return [*first, matches.Escalated(case=context.key, reason=reason)]
    return [*first, *asks(after, context.key, [candidate.supporter for candidate in wave])]


def _freed(case: Case, view: Roster, first: Sequence[Event]) -> Roster:
    """The roster without the places that this case has given back: it hears of them later than the case itself. Whoever
    is full all the same says so when asked for a place, and no mail has gone out.
    """
    back = {event.supporter for event in first if isinstance(event, HoldReleased)}
    back |= {supporter for supporter, offer in case.offers.items() if offer.state in GIVEN_BACK}
    return {**view, **{s: view[s].model_copy(update={"load": max(0, view[s].load - 1)}) for s in back & view.keys()}}


def barred(supporter: str, referral: Referral, view: Roster) -> bool:
    """By the roster as it is now: is it work, or a language, that no coordinator could assign to them?"""
    able = view.get(supporter)
    return able is not None and policy.why_not(able, referral.category, referral.languages) is not None


def folded(case: Case, events: Sequence[Event]) -> Case:
    for event in events:
        case = evolve(case, event)
    return case


def asks(case: Case, key: str, supporters: Sequence[str], *, assigning: bool = False) -> list[Event]:
    needs = case.asks()
    return [
        HoldRequested(
            supporter=supporter, case=key, number=case.number + place, category=needs.category,
            languages=needs.languages, assigning=assigning,
        )
        for place, supporter in enumerate(supporters, 1)
    ]  # fmt: skip


def free(key: str, supporter: str, offer: Offer, reason: str) -> HoldReleased:
    return HoldReleased(supporter=supporter, case=key, number=offer.number, reason=reason)


def needs(case: Case) -> dict[str, Any]:
    """What an offer says of the referral: never for whom it is."""
    return {name: getattr(case.asks(), name) for name in Referral.model_fields}


def offered(case: Case, context: Context, supporter: str, offer: Offer) -> Decision:
    expires = policy.expiry(case.asks().urgency, context.now)
    one = context.view.get(supporter)
    score = policy.score(one, case.asks(), context.now) if one else matches.Score()
    return [
        matches.Offered(case=context.key, supporter=supporter, wave=case.wave, score=score, expires_at=expires),
        OfferMade(recipient=supporter, case=context.key, number=offer.number, expires_at=expires, **needs(case)),
    ]


def assigned(case: Case, context: Context, supporter: str, offer: Offer, *, by: str) -> Decision:
    """First acceptance wins; the others are told kindly and their places are free again."""
    others = [(s, o) for s, o in case.offers.items() if s != supporter and o.state == "offered"]
    return [
        matches.Assigned(case=context.key, supporter=supporter, by=by),  # type: ignore[arg-type]
        confirmed(case, context.key, supporter, offer.number),
        *(OfferTaken(recipient=s, case=context.key, number=o.number) for s, o in others),
        *(free(context.key, s, o, "preempted") for s, o in others),
    ]


def confirmed(case: Case, key: str, supporter: str, number: int) -> OfferConfirmed:
    referral = case.referral
    assert referral
    return OfferConfirmed(
        recipient=supporter, case=key, number=number, org=referral.org, resident=referral.resident, **needs(case)
    )


def withdrawn(case: Case, key: str, reason: str) -> list[Event]:
    """All that is still open is taken back, the assignment too."""
    still = [(s, o) for s, o in case.offers.items() if o.state in ("offered", "accepted")]
    return [
        *(OfferWithdrawn(recipient=s, case=key, number=o.number, reason=reason) for s, o in still),
        *(free(key, s, o, reason) for s, o in still),
    ]
