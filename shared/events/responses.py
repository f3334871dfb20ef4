"""`responses`: what a person answered or reported, or that they could not be told; written by notify, keyed by case."""

from typing import ClassVar, Literal

from pydantic import Field

from shared.events.base import Code, Event, Key, Route

TOPIC = "responses"
DeclineReason = Literal["no_time", "too_far", "not_my_field", "know_the_resident", "other"]
Outcome = Literal["resolved", "partly_resolved", "referred_on", "not_resolved", "no_show"]
MessageKind = Literal["offer", "confirmed", "taken", "withdrawn", "reminder"]


class ResponseEvent(Event):
    case: Key
    supporter: Key

    def route(self) -> Route:
        return Route(TOPIC, self.case)


class OfferAccepted(ResponseEvent):
    type: ClassVar[str] = "tsunagu.response.accepted.v1"

    number: int = Field(ge=1)


class OfferDeclined(ResponseEvent):
    """`pause_days`: the supporter also asked to be left alone for so long."""

    type: ClassVar[str] = "tsunagu.response.declined.v1"

    number: int = Field(ge=1)
    reason: Code
    pause_days: int = Field(default=0, ge=0, le=366)


class DroppedOut(ResponseEvent):
    """The assigned supporter cannot do it after all."""

    type: ClassVar[str] = "tsunagu.response.dropped-out.v1"

    number: int = Field(ge=1)
    reason: Code


class ActivityReported(ResponseEvent):
    """One contact, as the supporter reports it."""

    type: ClassVar[str] = "tsunagu.response.activity-reported.v1"

    number: int = Field(ge=1)
    minutes: int = Field(ge=0, le=1440)
    outcome: Outcome


class DeliveryFailed(ResponseEvent):
    """The message will not be sent again: `reason` is `refused`, `no_address`, `too_late` or `unreachable`."""

    type: ClassVar[str] = "tsunagu.response.delivery-failed.v1"

    number: int = Field(ge=1)
    kind: MessageKind
    reason: Code


EVENTS = (OfferAccepted, OfferDeclined, DroppedOut, ActivityReported, DeliveryFailed)
