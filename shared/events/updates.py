"""`partner.<org>.updates`: the closed loop. Every step of a referral, back to the partner that published it."""

from typing import ClassVar, Literal

from shared.events.base import Code, Event, Key, Moment, Org, Route
from shared.events.referrals import Reference

State = Literal[
    "draft", "requested", "accepted", "rejected", "cancelled",
    "in-progress", "on-hold", "failed", "completed", "entered-in-error",
]  # fmt: skip
"""HL7's ten states of a service request (SDOH Clinical Care)."""


class Update(Event):
    """One step of a referral."""

    org: Org
    """You."""
    reference: Reference
    """Your own name for the referral."""
    case: Key
    """The network's name for it."""
    state: State
    """The referral's state after this step; HL7's names."""
    at: Moment
    """When it was decided."""
    reason: Code | None = None
    """Why, as a code."""
    message: str | None = None
    """What to change, in words, where a record was not taken."""
    outcome: Code | None = None
    """What came of it, as the supporter reported it."""
    minutes: int | None = None
    """How long the supporter spent on it."""
    about: str | None = None
    """The `ce_id` of the record that this answers, or where it lay."""

    def route(self) -> Route:
        return Route(topic(self.org), self.reference)


class Accepted(Update):
    """The network has taken the referral."""

    type: ClassVar[str] = "tsunagu.referral.accepted.v1"


class Rejected(Update):
    """A record was not taken: `reason` is a code, `message` says what to change. `state` may be an earlier one's."""

    type: ClassVar[str] = "tsunagu.referral.rejected.v1"


class Amended(Update):
    """The change was taken."""

    type: ClassVar[str] = "tsunagu.referral.amended.v1"


class Offered(Update):
    """The first supporter has been asked."""

    type: ClassVar[str] = "tsunagu.referral.offered.v1"


class Assigned(Update):
    """A supporter has accepted, or a coordinator has assigned one."""

    type: ClassVar[str] = "tsunagu.referral.assigned.v1"


class Released(Update):
    """The assigned supporter dropped out, or may not do what you changed it to (`amended`); others are asked."""

    type: ClassVar[str] = "tsunagu.referral.released.v1"


class Escalated(Update):
    """Nobody is left to ask; a coordinator looks at it."""

    type: ClassVar[str] = "tsunagu.referral.escalated.v1"


class Resumed(Update):
    """A coordinator had the network ask again."""

    type: ClassVar[str] = "tsunagu.referral.resumed.v1"


class Completed(Update):
    """Done: `outcome` and `minutes` as the supporter reported them."""

    type: ClassVar[str] = "tsunagu.referral.completed.v1"


class Failed(Update):
    """Nobody could be found: `reason` says why."""

    type: ClassVar[str] = "tsunagu.referral.failed.v1"


class Cancelled(Update):
    """Withdrawn by you, or erased."""

    type: ClassVar[str] = "tsunagu.referral.cancelled.v1"


class Erased(Update):
    """The network can no longer open who it was for; an open referral is `cancelled` with it."""

    type: ClassVar[str] = "tsunagu.referral.erased.v1"


EVENTS = (
    Accepted, Rejected, Amended, Offered, Assigned, Released, Escalated, Resumed, Completed, Failed, Cancelled, Erased,
)  # fmt: skip


def topic(org: str) -> str:
    return f"partner.{org}.updates"
