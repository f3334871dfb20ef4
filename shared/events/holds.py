"""`holds`: a case asks a supporter's document for capacity. Matching's own, keyed by supporter.

Each ask has a number that rises with every ask of the case, so that a late answer to an older one is recognised.
"""

from typing import ClassVar

from pydantic import Field

from shared.events.base import Code, Event, Key, Moment, Route
from shared.events.referrals import Language

TOPIC = "holds"


class HoldEvent(Event):
    supporter: Key
    case: Key

    def route(self) -> Route:
        return Route(TOPIC, self.supporter)


class HoldRequested(HoldEvent):
    """`assigning`: a coordinator has already spoken with the supporter; the cap is not asked for."""

    type: ClassVar[str] = "tsunagu.hold.requested.v1"

    number: int = Field(ge=1)
    category: Code
    languages: tuple[Language, ...]
    assigning: bool = False


class HoldReleased(HoldEvent):
    type: ClassVar[str] = "tsunagu.hold.released.v1"

    number: int = Field(ge=1)
    reason: Code


class PauseAsked(HoldEvent):
    """The supporter asked, with an answer to this case, not to be asked until then."""

    type: ClassVar[str] = "tsunagu.hold.pause-asked.v1"

    until: Moment


EVENTS = (HoldRequested, HoldReleased, PauseAsked)
