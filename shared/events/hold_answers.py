"""`hold-answers`: a supporter's document answers a case. Matching's own, keyed by case."""

from typing import ClassVar

from pydantic import Field

from shared.events.base import Code, Event, Key, Route

TOPIC = "hold-answers"


class HoldAnswer(Event):
    case: Key
    supporter: Key
    number: int = Field(ge=1)

    def route(self) -> Route:
        return Route(TOPIC, self.case)


class HoldGranted(HoldAnswer):
    type: ClassVar[str] = "tsunagu.hold.granted.v1"


class HoldRefused(HoldAnswer):
    """`reason`: `full`, `paused`, `inactive`, `not_eligible`, `unknown`."""

    type: ClassVar[str] = "tsunagu.hold.refused.v1"

    reason: Code


class HoldLost(HoldAnswer):
    """The supporter is gone, and the place they had given with them."""

    type: ClassVar[str] = "tsunagu.hold.lost.v1"


EVENTS = (HoldGranted, HoldRefused, HoldLost)
