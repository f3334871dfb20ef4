"""`partner.<org>.referrals`: what a partner publishes. The public contract; it grows only by fields with defaults."""

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from shared.events.base import Code, Event, Frozen, Moment, Sealed

Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""The partner's own name for the referral; with the partner it names one case for ever."""
Language = Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
"""BCP 47."""
Municipality = Annotated[str, Field(pattern=r"^\d{5}$")]
"""JIS X 0402."""
Mode = Literal["in_person", "phone", "online"]
Urgency = Literal["routine", "soon", "urgent"]
WithdrawalReason = Literal[
    "not_needed", "solved_otherwise", "resident_declined", "moved_away", "duplicate", "entered_in_error", "other",
]  # fmt: skip
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _written(form: re.Pattern[str]) -> BeforeValidator:
    """Of numbers, and of text that is one, pydantic makes times; but whose seconds are they, and since when?"""

    def checked(value: Any) -> Any:
        if isinstance(value, int | float) or (isinstance(value, str) and not form.match(value)):
            raise PydanticCustomError("not_iso_8601", "not written as ISO 8601 has it")
        return value

    return BeforeValidator(checked)


Written = Annotated[Moment, _written(_ISO_TIME)]
"""A time that a stranger tells."""
Day = Annotated[date, _written(_ISO_DAY)]


class Consent(Frozen):
    """The resident's prior consent to passing the referral on (APPI, article 27): who gave it, when, for what."""

    given_by: Literal["resident", "guardian", "representative"]
    """Who consented: the resident, or who may for them."""
    given_at: Written
    """When; not later than the referral."""
    scope: Literal["referral", "referral_and_follow_up"]
    """To what: this referral alone, or also to being asked later how it went."""
    evidence: Literal["written", "oral", "electronic"]
    """What you keep to show for it. It stays with you."""


class Window(Frozen):
    """When help is wanted."""

    model_config = {"populate_by_name": True}

    from_: Written = Field(alias="from")
    """From when on."""
    to: Written
    """Until when: in the future, at most a year ahead."""

    @model_validator(mode="after")
    def _in_order(self) -> "Window":
        if self.to < self.from_:
            raise ValueError("`to` must not be before `from`")
        return self


class Referral(Frozen):
    """What is asked for, without who it is for: everything that matching needs."""

    category: Code
    """What kind of help: a code of this region."""
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=5)]
    """The resident's languages, best first: BCP 47 (`vi`, `pt-BR`, `zh-Hans`)."""
    municipality: Municipality
    """Where: JIS X 0402, five digits (`08220` is Tsukuba)."""
    mode: Mode = "in_person"
    """How the supporter helps."""
    urgency: Urgency = "routine"
    """How soon somebody is needed."""
    when: Window | None = None
    """When help is wanted, if that is fixed; else it is agreed with the resident."""
    arrived_on: Day | None = None
    """Day of arrival in Japan, if known."""


class ReferralPublished(Referral, Event):
    """A new referral. The same `reference` with the same content again changes nothing."""

    type: ClassVar[str] = "tsunagu.referral.published.v1"

    reference: Reference
    """Your own name for the referral, used once; with your organisation it names one case for ever. Nobody's name or number."""
    consent: Consent
    """The resident's prior consent: without it nothing is passed on."""
    resident: Sealed
    """Who it is: `name`, `contacts`, `note`, sealed to a key of the network (JWE, compact)."""


class ReferralAmended(ReferralPublished):
    """An open referral, changed: all of it again, with what is different."""

    type: ClassVar[str] = "tsunagu.referral.amended.v1"


class ReferralWithdrawn(Event):
    """The referral is not needed any more. Whoever was asked or assigned is told."""

    type: ClassVar[str] = "tsunagu.referral.withdrawn.v1"

    reference: Reference
    """The one that it was published under."""
    reason: WithdrawalReason = "not_needed"
    """Why, as a code."""


EVENTS = (ReferralPublished, ReferralAmended, ReferralWithdrawn)


def topic(org: str) -> str:
    return f"partner.{org}.referrals"
