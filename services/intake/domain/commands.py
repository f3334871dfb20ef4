"""What can be asked of a case. Every way in (Kafka, HTTP, CSV) ends in one of these."""

from typing import Any, ClassVar

from shared.events.base import Code, Command
from shared.events.referrals import Reference, ReferralPublished
from shared.ids import derive


class Publish(Command):
    """`content`: hash of all but the sealed field, so that a repeat sealed anew is the same. `record`: the partner's id."""

    type: ClassVar[str] = "tsunagu.intake.publish.v1"

    org: str
    record: str
    content: str
    referral: ReferralPublished


class Amend(Publish):
    type: ClassVar[str] = "tsunagu.intake.amend.v1"


class Withdraw(Command):
    type: ClassVar[str] = "tsunagu.intake.withdraw.v1"

    org: str
    record: str
    reference: Reference
    reason: Code


class Reject(Command):
    """A partner's record that could be read no further than its reference."""

    type: ClassVar[str] = "tsunagu.intake.reject.v1"

    org: str
    record: str
    reference: Reference
    code: Code
    message: str


COMMANDS = (Publish, Amend, Withdraw, Reject)


def case_key(org: str, reference: str) -> str:
    """A partner's reference names one case for ever."""
    return f"case-{derive(org, reference)}"


def command_id(org: str, record: str) -> str:
    """A partner's record under its id is one command, however often it comes."""
    return derive("record", org, record)


def content_hash(data: dict[str, Any]) -> str:
    """Of what a partner said, but for the sealed field, whose bytes differ with each sealing."""
    return derive(*(f"{name}={data[name]!r}" for name in sorted(data) if name != "resident"))
