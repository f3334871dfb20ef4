"""What a person answers on a page, and what the outlet says of a message it was to send."""

from typing import ClassVar

from pydantic import Field

from shared.events.base import Code, Command, Key, Token
from shared.events.responses import DeclineReason, Outcome


class OfCase(Command):
    """`number`: which offer of the case; a link to an older one does nothing."""

    case: Key
    number: int = Field(ge=1)


class Accept(OfCase):
    type: ClassVar[str] = "tsunagu.notify.accept.v1"


class Decline(OfCase):
    type: ClassVar[str] = "tsunagu.notify.decline.v1"

    reason: DeclineReason
    pause_days: int = Field(default=0, ge=0, le=366)


class DropOut(OfCase):
    type: ClassVar[str] = "tsunagu.notify.drop-out.v1"

    reason: Code


class Report(OfCase):
    type: ClassVar[str] = "tsunagu.notify.report.v1"

    minutes: int = Field(ge=0, le=1440)
    outcome: Outcome


class Sent(Command):
    """The provider accepted the message."""

    type: ClassVar[str] = "tsunagu.notify.sent.v1"

    message: Token
    attempt: int


class NotSent(Command):
    """`final`: trying again would not help."""

    type: ClassVar[str] = "tsunagu.notify.not-sent.v1"

    message: Token
    attempt: int
    reason: Code
    final: bool


COMMANDS = (Accept, Decline, DropOut, Report, Sent, NotSent)
