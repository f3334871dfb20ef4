"""`cases`: the life of a case, written by intake, keyed by case."""

from typing import ClassVar

from shared.events.base import Code, Event, Key, Moment, Org, Route, Sealed
from shared.events.referrals import Reference, Referral

TOPIC = "cases"


class CaseEvent(Event):
    case: Key

    def route(self) -> Route:
        return Route(TOPIC, self.case)


class CaseAccepted(CaseEvent, Referral):
    """The network has taken the referral. `resident` is sealed; only the assigned person's page opens it."""

    type: ClassVar[str] = "tsunagu.case.accepted.v1"

    org: Org
    reference: Reference
    resident: Sealed
    received_at: Moment


class CaseAmended(CaseAccepted):
    type: ClassVar[str] = "tsunagu.case.amended.v1"


class CaseWithdrawn(CaseEvent):
    type: ClassVar[str] = "tsunagu.case.withdrawn.v1"

    reason: Code


class CaseClosed(CaseEvent):
    """The end: `outcome` as reported, or None where nobody could serve it and `reason` says why."""

    type: ClassVar[str] = "tsunagu.case.closed.v1"

    outcome: Code | None = None
    reason: Code | None = None


class CaseErased(CaseEvent):
    """The resident's data can be opened by nobody any more; what was open is ended. Counts stay."""

    type: ClassVar[str] = "tsunagu.case.erased.v1"


EVENTS = (CaseAccepted, CaseAmended, CaseWithdrawn, CaseClosed, CaseErased)
