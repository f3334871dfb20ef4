"""What coordinators do with a case: assign it, have others asked again, give it up."""

from typing import Any

from services.matching import policy
from services.matching.domain import commands
from services.matching.domain.offers import Case
from services.matching.domain.steps import asks, assigned, free, go_on, withdrawn
from shared.events import matches
from shared.events.base import Event
from shared.kernel.decider import Context, Decision, Refused


def directed(case: Case, asked: Any, context: Context) -> Decision:
    if case.status in ("new", "closed"):
        return [Refused("not_open", "this case is closed: nothing more can be done with it")]
    if isinstance(asked, commands.Decided) and _given_meanwhile(case, asked):
        return [Refused("given_meanwhile", f"{case.holder()} has been given this case meanwhile: decide anew")]
    match asked:
        case commands.Assign():
            return _assign(case, asked.supporter, context)
        case commands.AskAgain() if case.status == "escalated":
            return go_on(case, context, [matches.Resumed(case=context.key)])
        case commands.AskAgain():
            return [Refused("not_escalated", "this case is being asked for already, or somebody has taken it")]
    taken_back = withdrawn(case, context.key, "closed")
    return [*taken_back, matches.Unserved(case=context.key, reason=asked.reason)]


def _given_meanwhile(case: Case, asked: commands.Decided) -> bool:
    """Two coordinators decide at once, or a supporter accepts while one does: the second is told, and takes nothing away."""
    chosen = asked.supporter if isinstance(asked, commands.Assign) else None
    return asked.seen is not None and case.holder() not in (None, asked.seen, chosen)


def _assign(case: Case, supporter: str, context: Context) -> Decision:
    if supporter not in context.view:
        return [Refused("unknown_supporter", f"{supporter} is not on the roster: choose one who is")]
    if why := policy.why_not(context.view[supporter], case.asks().category, case.asks().languages):
        return [Refused("not_eligible", f"{supporter} may not take this case ({why}): choose another")]
    if case.holder() == supporter:
        return []
    offer = case.offers.get(supporter)
    if case.status == "asking" and offer and offer.state == "offered":  # and so has a place already
        return assigned(case, context, supporter, offer, by="coordinator")
    return [*_from_the_former(case, context.key), *asks(case, context.key, [supporter], assigning=True)]


def _from_the_former(case: Case, key: str) -> list[Event]:
    """Who has it is told; who was chosen before, and whose document has not answered yet, has heard nothing of it."""
    if case.assigned:
        released = matches.Released(case=key, supporter=case.assigned, reason="reassigned")
        return [released, *withdrawn(case, key, "reassigned")]
    chosen = case.holder()
    return [free(key, chosen, case.offers[chosen], "reassigned")] if chosen else []
