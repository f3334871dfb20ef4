"""`offers`: what a person is to be told, written by matching, keyed by recipient."""

from typing import ClassVar

from pydantic import Field

from shared.events.base import Code, Event, Key, Moment, Org, Route, Sealed
from shared.events.referrals import Referral

TOPIC = "offers"


class OfferEvent(Event):
    recipient: Key
    case: Key

    def route(self) -> Route:
        return Route(TOPIC, self.recipient)


class OfferMade(OfferEvent, Referral):
    """Will you take it? Says what, where, when and in which language; never for whom."""

    type: ClassVar[str] = "tsunagu.offer.made.v1"

    number: int = Field(ge=1)
    expires_at: Moment


class OfferConfirmed(OfferEvent, Referral):
    """It's yours. `resident` is sealed: only this recipient's page opens it."""

    type: ClassVar[str] = "tsunagu.offer.confirmed.v1"

    number: int = Field(ge=1)
    org: Org
    resident: Sealed


class OfferTaken(OfferEvent):
    """Another supporter was quicker."""

    type: ClassVar[str] = "tsunagu.offer.taken.v1"

    number: int = Field(ge=1)


class OfferWithdrawn(OfferEvent):
    """The offer, or the assignment, is over: `reason` is `expired`, `withdrawn`, `amended`, `closed`, `reassigned`, `erased`,
    `supporter_erased`, or `not_eligible`: by the roster as it is now they may not take it.
    """

    type: ClassVar[str] = "tsunagu.offer.withdrawn.v1"

    number: int = Field(ge=1)
    reason: Code


EVENTS = (OfferMade, OfferConfirmed, OfferTaken, OfferWithdrawn)
