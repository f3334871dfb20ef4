"""What a case does with the answers of supporters' documents, which keep the places."""

from services.matching import policy
from services.matching.domain.offers import Case, Denied
from services.matching.domain.steps import Roster, asks, assigned, folded, free, go_on, offered
from shared.events import matches
from shared.events.base import Event
from shared.events.hold_answers import HoldGranted, HoldLost, HoldRefused
from shared.events.holds import HoldReleased
from shared.events.offers import OfferWithdrawn
from shared.kernel.decider import Context, Decision


def held(case: Case, answer: HoldGranted | HoldRefused, context: Context) -> Decision:
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
        return assigned(case, context, answer.supporter, offer, by="coordinator")
    return offered(case, context, answer.supporter, offer)


def _replaced(case: Case, context: Context, denied: Denied) -> Decision:
    """Somebody else is asked in place of who could not; a coordinator's choice is not replaced."""
    after = folded(case, [denied])
    if case.offers[denied.supporter].assigning or after.status != "asking" or not after.open():
        return go_on(case, context, [denied])
    found = policy.candidates(after.asks(), context.view, after.offers, context.now)[:1]
    return [denied, *asks(after, context.key, [candidate.supporter for candidate in found])]


def lost(case: Case, answer: HoldLost, context: Context) -> Decision:
    """The supporter was erased: their page is closed, and whatever they had of this case is somebody else's now."""
    offer = case.offers.get(answer.supporter)
    if offer is None or offer.number != answer.number or offer.state not in ("asking", "offered", "accepted"):
        return []
    over: list[Event] = [
        OfferWithdrawn(recipient=answer.supporter, case=context.key, number=offer.number, reason="supporter_erased"),
        free(context.key, answer.supporter, offer, "supporter_erased"),
    ]
    if case.status == "assigned" and case.assigned == answer.supporter:
        over.insert(0, matches.Released(case=context.key, supporter=answer.supporter, reason="supporter_erased"))
    return go_on(case, context._replace(view=_without(answer.supporter, context.view)), over)


def _without(erased: str, view: Roster) -> Roster:
    """The roster may hear of it later than the case."""
    gone = {erased: view[erased].model_copy(update={"active": False})} if erased in view else {}
    return {**view, **gone}
