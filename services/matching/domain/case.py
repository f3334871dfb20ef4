"""A case in search of its supporter: decide and due. Its state: offers.py; whom it asks: policy.py; how: steps.py."""

from datetime import datetime
from typing import Any

from services.matching.domain import commands
from services.matching.domain.answers import answered
from services.matching.domain.directing import directed
from services.matching.domain.offers import (
    Case,
    Closed,
    Denied,
    Opened,
    Undelivered,
    evolve,
)  # fmt: skip
from services.matching.domain.places import held, lost
from services.matching.domain.steps import barred, confirmed, folded, free, go_on, withdrawn
from shared.events import holds, matches, offers
from shared.events.base import Event
from shared.events.cases import CaseAccepted, CaseAmended, CaseClosed, CaseErased, CaseWithdrawn
from shared.events.hold_answers import HoldGranted, HoldLost, HoldRefused
from shared.events.responses import (
    ActivityReported,
    DeliveryFailed,
    DroppedOut,
    OfferAccepted,
    OfferDeclined,
)  # fmt: skip
from shared.kernel.decider import Context, Decision, Tick, decider

ENDINGS = {CaseWithdrawn: "withdrawn", CaseClosed: "closed", CaseErased: "erased"}
"""What ends a case from outside → the reason that supporters are told."""


def decide(case: Case, asked: Any, context: Context) -> Decision:
    match asked:
        case CaseAmended():
            return _amended(case, asked, context)
        case CaseAccepted() if case.status == "new":
            return go_on(case, context, [Opened(referral=asked)])
        case CaseWithdrawn() | CaseClosed() | CaseErased():
            return _closed(case, ENDINGS[type(asked)])
        case HoldLost():
            return lost(case, asked, context)
        case HoldGranted() | HoldRefused():
            return held(case, asked, context)
        case OfferAccepted() | OfferDeclined() | DroppedOut() | ActivityReported() | DeliveryFailed():
            return answered(case, asked, context)
        case Tick():
            return _expired(case, context)
        case commands.Assign() | commands.AskAgain() | commands.Close():
            return directed(case, asked, context)
    return []


def due(case: Case) -> datetime | None:
    """When the next offer lapses."""
    lapsing = [offer.expires_at for offer in case.offers.values() if offer.state == "offered" and offer.expires_at]
    return min(lapsing, default=None) if case.status == "asking" else None


def _expired(case: Case, context: Context) -> Decision:
    lapsed = [
        (s, o) for s, o in case.offers.items()
        if o.state == "offered" and o.expires_at and o.expires_at <= context.now
    ]  # fmt: skip
    gone = [matches.Expired(case=context.key, supporter=s) for s, _ in lapsed]
    return go_on(case, context, [*gone, *(free(context.key, s, o, "expired") for s, o in lapsed)])


def _amended(case: Case, asked: CaseAmended, context: Context) -> Decision:
    """Whoever was asked was asked something else: asked anew. Who has it already is told what changed, and keeps it but
    where they may not do what is asked for now.
    """
    if case.status in ("new", "closed"):
        return []
    opened = Opened(referral=asked)
    between: list[Event] = [matches.Resumed(case=context.key)] if case.status == "escalated" else []
    if case.status == "assigned" and case.assigned:
        if not _outgrown(case, case.assigned, asked, context):
            changed = folded(case, [opened])
            return [opened, confirmed(changed, context.key, case.assigned, case.offers[case.assigned].number)]
        between = [matches.Released(case=context.key, supporter=case.assigned, reason="amended")]
    return go_on(case, context, [*withdrawn(case, context.key, "amended"), *between, opened])


def _outgrown(case: Case, supporter: str, asked: CaseAmended, context: Context) -> bool:
    """What the partner has changed it to is not theirs to take. A new roster alone takes nobody's case away."""
    was = case.asks()
    same = (was.category, was.languages) == (asked.category, asked.languages)
    return not same and barred(supporter, asked, context.view)


def _closed(case: Case, reason: str) -> Decision:
    if case.status in ("new", "closed") or case.referral is None:
        return []
    return [*withdrawn(case, case.referral.case, reason), Closed()]


CASE = decider(
    Case, decide, evolve, due,
    (Opened, Denied, Undelivered, Closed, *matches.EVENTS, *holds.EVENTS, *offers.EVENTS), number=2,
)  # fmt: skip
