"""Messages to a recipient: when they are sent, tried again, given up. Not at night; each ends as an event."""

from datetime import datetime, timedelta
from typing import Any

from services.notify.domain import commands
from services.notify.domain.offers import Letter, MessageDue, Recipient, SendingStarted, Settled
from shared import region
from shared.events.base import Event
from shared.events.deliveries import Delivered
from shared.events.responses import DeliveryFailed, MessageKind
from shared.ids import derive
from shared.kernel.decider import Context

ATTEMPTS = 6
PAUSE = timedelta(minutes=2)
"""After the first failure; then twice as long each time: about two hours in all."""


def send(
    context: Context, case: str, number: int, kind: MessageKind, changed: tuple[str, ...] | None = None
) -> list[Event]:
    """Now, or in the morning. What is said twice (a case was amended) is two messages. `changed`: as in MessageDue."""
    id_ = f"{case}.{number}.{kind}.{derive(context.cause)[:8]}"
    at = waking(context.now)
    due = MessageDue(message=id_, case=case, number=number, kind=kind, at=at, changed=changed)
    return [due] if at > context.now else [due, SendingStarted(message=id_, case=case, attempt=1)]


def waking(moment: datetime) -> datetime:
    return region.next_waking(moment) if region.is_quiet(moment) else moment


def due_now(recipient: Recipient, context: Context) -> list[Event]:
    """What the clock has come to. What is no longer so, after a night or a failure, is not sent any more."""
    events: list[Event] = []
    for id_, letter in recipient.messages.items():
        if letter.at is None or letter.at > context.now:
            continue
        if not still_so(recipient, letter, context.now):
            events += _failed(id_, letter, context, "too_late")
        else:
            events.append(SendingStarted(message=id_, case=letter.case, attempt=letter.attempt + 1))
    return events


def still_so(recipient: Recipient, letter: Letter, now: datetime) -> bool:
    """Who has handed a case back, or reported, is not told that it is theirs, nor reminded of the report."""
    if letter.kind == "offer":
        return still_open(recipient, letter, now)
    offer = recipient.offers.get(letter.case)
    theirs = offer is not None and offer.number == letter.number and offer.state == "assigned"
    return theirs or letter.kind not in ("confirmed", "reminder")


def still_open(recipient: Recipient, letter: Letter, now: datetime) -> bool:
    offer = recipient.offers.get(letter.case)
    lapsed = offer is not None and offer.expires_at is not None and offer.expires_at <= now
    return offer is not None and offer.number == letter.number and offer.state == "open" and not lapsed


def came_of(recipient: Recipient, came: commands.Sent | commands.NotSent, context: Context) -> list[Event]:
    """The outlet's word. A word on an attempt that is over already (a repeat) changes nothing."""
    letter = recipient.messages.get(came.message)
    if letter is None or letter.at is not None or letter.attempt != came.attempt:
        return []
    if isinstance(came, commands.Sent):
        return [Delivered(**_of(letter, context)), Settled(message=came.message)]
    if came.final or came.attempt >= ATTEMPTS:
        return _failed(came.message, letter, context, came.reason if came.final else "unreachable")
    again = waking(context.now + PAUSE * 2 ** (came.attempt - 1))
    return [
        MessageDue(
            message=came.message, case=letter.case, number=letter.number, kind=letter.kind, at=again,
            changed=letter.changed,
        )
    ]  # fmt: skip


def _failed(id_: str, letter: Letter, context: Context, reason: str) -> list[Event]:
    return [DeliveryFailed(**_of(letter, context), reason=reason), Settled(message=id_)]


def _of(letter: Letter, context: Context) -> dict[str, Any]:
    return {"case": letter.case, "supporter": context.key, "number": letter.number, "kind": letter.kind}
