"""What a case does with what supporters themselves answer."""

from datetime import timedelta
from typing import Any

from services.matching.domain.offers import Case, Offer, Undelivered
from services.matching.domain.steps import assigned, barred, free, go_on
from shared.events import matches
from shared.events.base import Event
from shared.events.holds import PauseAsked
from shared.events.offers import OfferTaken, OfferWithdrawn
from shared.events.responses import ActivityReported, DeliveryFailed, DroppedOut, OfferAccepted, OfferDeclined
from shared.kernel.decider import Context, Decision


def answered(case: Case, response: Any, context: Context) -> Decision:
    supporter = response.supporter
    offer = case.offers.get(supporter)
    if offer is None or offer.number != response.number:
        return []
    match response:
        case OfferAccepted():
            return _accepted(case, context, supporter, offer)
        case OfferDeclined() if offer.state == "offered":
            declined = matches.Declined(case=context.key, supporter=supporter, reason=response.reason)
            freed = free(context.key, supporter, offer, "declined")
            return go_on(case, context, [declined, freed, *_pause(response, context)])
        case DeliveryFailed(kind="offer") if offer.state == "offered":
            undelivered = Undelivered(supporter=supporter)
            return go_on(case, context, [undelivered, free(context.key, supporter, offer, "undelivered")])
        case DroppedOut() if case.status == "assigned" and case.assigned == supporter:
            released = matches.Released(case=context.key, supporter=supporter, reason=response.reason)
            return go_on(case, context, [released, free(context.key, supporter, offer, "dropped_out")])
        case ActivityReported() if case.status == "assigned" and case.assigned == supporter:
            done = matches.Completed(
                case=context.key, supporter=supporter, outcome=response.outcome, minutes=response.minutes
            )
            return [done, free(context.key, supporter, offer, "completed")]
    return []


def _accepted(case: Case, context: Context, supporter: str, offer: Offer) -> Decision:
    if case.status == "asking" and offer.state == "offered":
        if barred(supporter, case.asks(), context.view):  # a new roster has taken the licence or the language
            over = OfferWithdrawn(recipient=supporter, case=context.key, number=offer.number, reason="not_eligible")
            return go_on(case, context, [over, free(context.key, supporter, offer, "not_eligible")])
        return assigned(case, context, supporter, offer, by="acceptance")
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
