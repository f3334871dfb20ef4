"""The state of a recipient: the offers they know of and the messages they are to get. Changed by its own events only."""

from datetime import datetime
from typing import Any, ClassVar, Literal

from shared.events.base import Code, Event, Frozen, Key, Moment, Org, Sealed, Token
from shared.events.deliveries import Delivered
from shared.events.referrals import Referral
from shared.events.responses import DeliveryFailed, MessageKind

OfferState = Literal[
    "open", "answered", "declined", "withdrawn", "taken", "assigned", "reported", "dropped_out"
]  # fmt: skip
SETTLED = ("declined", "withdrawn", "taken", "reported", "dropped_out")
LATE = "report_too_late"
"""Why an offer is withdrawn whose report matching has not counted: by then it had been taken back."""
NAMED = ("amended", "expired", "not_eligible", "reassigned", LATE)
"""Reasons of a withdrawal that pages tell, as the mail does: of these nobody may read that no help is needed any more."""
KEEP_SETTLED = 8
"""Older ones are in the journal; a page need not know them."""


class Heard(Event):
    """What the recipient may see of a case from now on. None: as before."""

    type: ClassVar[str] = "tsunagu.notify.heard.v1"

    case: Key
    number: int
    state: OfferState
    referral: Referral | None = None
    expires_at: Moment | None = None
    org: Org | None = None
    resident: Sealed | None = None
    reason: Code | None = None
    remind_at: Moment | None = None


class MessageDue(Event):
    """A message is to be sent at that time. Its id is the same for every attempt: it is the mail's Message-ID."""

    type: ClassVar[str] = "tsunagu.notify.message-due.v1"

    message: Token
    case: Key
    number: int
    kind: MessageKind
    at: Moment
    changed: tuple[Code, ...] | None = None
    """Fields of the referral that the organisation has changed since the recipient took it. None: it is no news of that."""


class SendingStarted(Event):
    """The outlet, which reads this from the journal, is to send it now."""

    type: ClassVar[str] = "tsunagu.notify.sending-started.v1"

    message: Token
    case: Key
    attempt: int


class Settled(Event):
    """Nothing more will become of the message."""

    type: ClassVar[str] = "tsunagu.notify.settled.v1"

    message: Token


class Offer(Frozen):
    number: int
    state: OfferState
    referral: Referral | None = None
    expires_at: datetime | None = None
    org: str | None = None
    resident: str | None = None
    reason: str | None = None
    remind_at: datetime | None = None

    def told(self) -> str:
        """Its state as pages tell it: the reason, where that is what its reader is to know."""
        named = self.state == "withdrawn" and self.reason in NAMED
        return str(self.reason) if named else self.state


class Letter(Frozen):
    """A message under way. `at`: when to (re)try, None while the outlet has it. `changed`: as in MessageDue."""

    case: str
    number: int
    kind: MessageKind
    at: datetime | None
    attempt: int = 0
    changed: tuple[str, ...] | None = None


class Recipient(Frozen):
    """Both by id: of the case, of the message. Settled messages are gone."""

    offers: dict[str, Offer] = {}
    messages: dict[str, Letter] = {}


def evolve(recipient: Recipient, event: Any) -> Recipient:
    match event:
        case Heard():
            others = {case: offer for case, offer in recipient.offers.items() if case != event.case}
            return _with(
                recipient, offers=_pruned({**others, event.case: _heard(recipient, event)}, recipient.messages)
            )
        case MessageDue():
            attempt = recipient.messages[event.message].attempt if event.message in recipient.messages else 0
            letter = Letter(
                case=event.case, number=event.number, kind=event.kind, at=event.at, attempt=attempt,
                changed=event.changed,
            )  # fmt: skip
            return _with(recipient, messages={**recipient.messages, event.message: letter})
        case SendingStarted():
            sending = recipient.messages[event.message].model_copy(update={"at": None, "attempt": event.attempt})
            return _with(recipient, messages={**recipient.messages, event.message: sending})
        case Settled():
            left = {id: letter for id, letter in recipient.messages.items() if id != event.message}
            return _with(recipient, messages=left)
    return recipient


def _heard(recipient: Recipient, event: Heard) -> Offer:
    told = {name: value for name, value in event if name != "case" and value is not None}
    known = recipient.offers.get(event.case)
    if known is None:
        return Offer(**told)
    return known.model_copy(update={"remind_at": None, **told})


def _pruned(offers: dict[str, Offer], messages: dict[str, Letter]) -> dict[str, Offer]:
    """Without those of which nothing is left to be told: a message under way says what its offer is about."""
    told = {letter.case for letter in messages.values()}
    settled = [case for case, offer in offers.items() if offer.state in SETTLED and case not in told]
    for case in settled[:-KEEP_SETTLED]:
        del offers[case]
    return offers


def _with(recipient: Recipient, **changes: Any) -> Recipient:
    return recipient.model_copy(update=changes)


EVENTS = (Heard, MessageDue, SendingStarted, Settled, Delivered, DeliveryFailed)
