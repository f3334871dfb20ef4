"""`partner.<org>.referrals`: what a partner publishes. The public contract; it grows only by fields with defaults."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from shared.events.base import Code, Event, Frozen, Moment, Sealed

Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""The partner's own name for the referral; with the partner it names one case for ever."""
Language = Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
"""BCP 47."""
Municipality = Annotated[str, Field(pattern=r"^\d{5}$")]
"""JIS X 0402."""
Mode = Literal["in_person", "phone", "online"]
Urgency = Literal["routine", "soon", "urgent"]


class Consent(Frozen):
    """The resident's prior consent to passing the referral on (APPI, article 27): who gave it, when, for what."""

    given_by: Literal["resident", "guardian", "representative"]
    given_at: Moment
    scope: Literal["referral", "referral_and_follow_up"]
    evidence: Literal["written", "oral", "electronic"]


class Window(Frozen):
    """When help is wanted."""

    model_config = {"populate_by_name": True}

    from_: Moment = Field(alias="from")
    to: Moment

    @model_validator(mode="after")
    def _in_order(self) -> "Window":
        if self.to < self.from_:
            raise ValueError("`to` must not be before `from`")
        return self


class Referral(Frozen):
    """What is asked for, without who it is for: everything that matching needs."""

    category: Code
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=5)]
    municipality: Municipality
    mode: Mode = "in_person"
    urgency: Urgency = "routine"
    when: Window | None = None
    arrived_on: date | None = None


class ReferralPublished(Referral, Event):
    type: ClassVar[str] = "tsunagu.referral.published.v1"

    reference: Reference
    consent: Consent
    resident: Sealed


class ReferralAmended(ReferralPublished):
    type: ClassVar[str] = "tsunagu.referral.amended.v1"


class ReferralWithdrawn(Event):
    type: ClassVar[str] = "tsunagu.referral.withdrawn.v1"

    reference: Reference
    reason: Code = "not_needed"


EVENTS = (ReferralPublished, ReferralAmended, ReferralWithdrawn)


def topic(org: str) -> str:
    return f"partner.{org}.referrals"
