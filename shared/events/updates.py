"""`partner.<org>.updates`: the closed loop. Every step of a referral, back to the partner that published it."""

from typing import ClassVar, Literal

from shared.events.base import Code, Event, Moment, Route
from shared.events.referrals import Reference

State = Literal[
    "draft", "requested", "accepted", "rejected", "cancelled",
    "in-progress", "on-hold", "failed", "completed", "entered-in-error",
]  # fmt: skip
"""HL7's ten states of a service request (SDOH Clinical Care)."""


class Update(Event):
    """One step. `state` is the referral's state after it; `about` is the id of the record that it answers, if one."""

    org: str
    reference: Reference
    case: str
    state: State
    at: Moment
    reason: Code | None = None
    message: str | None = None
    outcome: Code | None = None
    minutes: int | None = None
    about: str | None = None

    def route(self) -> Route:
        return Route(topic(self.org), self.reference)


class Accepted(Update):
    type: ClassVar[str] = "tsunagu.referral.accepted.v1"


class Rejected(Update):
    """A record was not taken: `reason` is a code, `message` says what to change. `state` may be an earlier one's."""

    type: ClassVar[str] = "tsunagu.referral.rejected.v1"


class Amended(Update):
    type: ClassVar[str] = "tsunagu.referral.amended.v1"


class Offered(Update):
    """The first supporter has been asked."""

    type: ClassVar[str] = "tsunagu.referral.offered.v1"


class Assigned(Update):
    type: ClassVar[str] = "tsunagu.referral.assigned.v1"


class Released(Update):
    """The assigned supporter dropped out; others are asked."""

    type: ClassVar[str] = "tsunagu.referral.released.v1"


class Escalated(Update):
    """Nobody is left to ask; a coordinator looks at it."""

    type: ClassVar[str] = "tsunagu.referral.escalated.v1"


class Resumed(Update):
    """A coordinator had the network ask again."""

    type: ClassVar[str] = "tsunagu.referral.resumed.v1"


class Completed(Update):
    type: ClassVar[str] = "tsunagu.referral.completed.v1"


class Failed(Update):
    type: ClassVar[str] = "tsunagu.referral.failed.v1"


class Cancelled(Update):
    type: ClassVar[str] = "tsunagu.referral.cancelled.v1"


EVENTS = (Accepted, Rejected, Amended, Offered, Assigned, Released, Escalated, Resumed, Completed, Failed, Cancelled)


def topic(org: str) -> str:
    return f"partner.{org}.updates"
