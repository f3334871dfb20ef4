"""What can be asked of a case. Every way in (Kafka, HTTP, CSV) ends in one of these."""

from typing import ClassVar

from shared.events.base import Code, Command, Org, Token
from shared.events.referrals import Reference, ReferralPublished, WithdrawalReason
from shared.ids import derive


class Publish(Command):
    """`content`: hash of all that was said, keyed with the resident's key: a repeat sealed anew is the same.

    `record`: the partner's id of its record. `resident` is sealed with the resident's own key, no longer the partner's.
    """

    type: ClassVar[str] = "tsunagu.intake.publish.v1"

    org: Org
    record: str
    referral: ReferralPublished
    content: Token = ""


class Amend(Publish):
    type: ClassVar[str] = "tsunagu.intake.amend.v1"


class Withdraw(Command):
    type: ClassVar[str] = "tsunagu.intake.withdraw.v1"

    org: Org
    record: str
    reference: Reference
    reason: WithdrawalReason


class Reject(Command):
    """A partner's record that could be read no further than its reference."""

    type: ClassVar[str] = "tsunagu.intake.reject.v1"

    org: Org
    record: str
    reference: Reference
    code: Code
    message: str


class Erase(Command):
    """The resident's key has been destroyed: end what is open, and tell whoever knows of the case."""

    type: ClassVar[str] = "tsunagu.intake.erase.v1"


COMMANDS = (Publish, Amend, Withdraw, Reject, Erase)


def case_key(org: str, reference: str) -> str:
    """A partner's reference names one case for ever."""
    return f"case-{derive(org, reference)}"


def command_id(org: str, record: str) -> str:
    """A partner's record under its id is one command, however often it comes."""
    return derive("record", org, record)
