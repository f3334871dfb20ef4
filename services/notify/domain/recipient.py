"""A recipient: is told of offers, answers them, reports. decide and due; the state is in offers.py."""

from datetime import datetime, timedelta
from typing import Any

from services.notify.domain import commands, messages
from services.notify.domain.offers import EVENTS, LATE, Heard, Offer, Recipient, evolve
from shared.events import responses
from shared.events.base import Event
from shared.events.offers import OfferConfirmed, OfferEvent, OfferMade, OfferTaken, OfferWithdrawn
from shared.events.referrals import Referral
from shared.events.responses import MessageKind
from shared.kernel.decider import Context, Decision, Refused, Tick, decider

REMIND_AFTER = timedelta(days=7)
"""After the appointment, or the acceptance where there is none: then a report is missed."""


def decide(recipient: Recipient, asked: Any, context: Context) -> Decision:
    match asked:
        case OfferEvent():
            return _told(recipient, asked, context)
        case commands.OfCase():
            return _answered(recipient, asked, context)
        case commands.Sent() | commands.NotSent():
            return messages.came_of(recipient, asked, context)
        case Tick():
            return [*_reminders(recipient, context), *messages.due_now(recipient, context)]
    return []


def due(recipient: Recipient) -> datetime | None:
    times = [letter.at for letter in recipient.messages.values()]
    times += [offer.remind_at for offer in recipient.offers.values() if offer.state == "assigned"]
    return min((time for time in times if time), default=None)


def _told(recipient: Recipient, told: OfferEvent, context: Context) -> Decision:
    match told:
        case OfferMade():
            heard = _heard(told, "open", referral=_referral(told), expires_at=told.expires_at)
            return [heard, *messages.send(context, told.case, told.number, "offer")]
        case OfferConfirmed() if not _has_ended_it(recipient, told):
            changed = _changed(recipient, told)
            return [_confirmed(told, context), *messages.send(context, told.case, told.number, "confirmed", changed)]
        case OfferTaken() if _is_known(recipient, told):
            return [_heard(told, "taken"), *_over(recipient, told, "taken", context)]
        case OfferWithdrawn() if _is_known(recipient, told):
            state = "taken" if told.reason == "reassigned" else "withdrawn"
            heard = _heard(told, state, reason=told.reason)
            if told.reason == "supporter_erased":  # nobody can be written to any more
                return [heard]
            return [heard, *_over(recipient, told, "withdrawn", context)]
        case OfferWithdrawn() if _reported_too_late(recipient, told):
            return [_heard(told, "withdrawn", reason=LATE), *_over(recipient, told, "withdrawn", context)]
    return []


def _over(recipient: Recipient, told: OfferTaken | OfferWithdrawn, kind: MessageKind, context: Context) -> list[Event]:
    """Nothing, where the offer's own mail still waits for the morning: it is not sent any more, and this would puzzle them."""
    of_it = [one for one in recipient.messages.values() if (one.case, one.number) == (told.case, told.number)]
    unheard = any(one.kind == "offer" and one.attempt == 0 for one in of_it)
    if unheard and recipient.offers[told.case].state == "open":
        return []
    return messages.send(context, told.case, told.number, kind)


def _is_known(recipient: Recipient, told: OfferTaken | OfferWithdrawn) -> bool:
    """Who has never heard of an offer, or has let go of it, need not be told that it is over."""
    offer = recipient.offers.get(told.case)
    return offer is not None and offer.number == told.number and offer.state in ("open", "answered", "assigned")


def _reported_too_late(recipient: Recipient, told: OfferWithdrawn) -> bool:
    """A report that matching has counted ends the case, and nothing is taken back after it: this one will not be."""
    offer = recipient.offers.get(told.case)
    theirs = offer is not None and offer.number == told.number and offer.state == "reported"
    return theirs and told.reason != "supporter_erased"


def _has_ended_it(recipient: Recipient, told: OfferConfirmed) -> bool:
    """A case that is amended is confirmed anew; matching may not have heard yet that the recipient is done with it."""
    offer = recipient.offers.get(told.case)
    return offer is not None and offer.number == told.number and offer.state in ("reported", "dropped_out")


def _changed(recipient: Recipient, told: OfferConfirmed) -> tuple[str, ...] | None:
    """What is not as it was when the recipient took it; none of it may be: then it is about the person."""
    offer = recipient.offers.get(told.case)
    if offer is None or offer.number != told.number or offer.state != "assigned" or offer.referral is None:
        return None
    return tuple(name for name, value in offer.referral if getattr(told, name) != value)


def _heard(told: Any, state: Any, **more: Any) -> Heard:
    return Heard(case=told.case, number=told.number, state=state, **more)


def _confirmed(told: OfferConfirmed, context: Context) -> Heard:
    start = told.when.to if told.when else context.now
    return _heard(
        told, "assigned", referral=_referral(told), org=told.org, resident=told.resident,
        remind_at=max(start, context.now) + REMIND_AFTER,
    )  # fmt: skip


def _referral(told: Referral) -> Referral:
    return Referral(**{name: getattr(told, name) for name in Referral.model_fields})


def _answered(recipient: Recipient, answer: commands.OfCase, context: Context) -> Decision:
    offer = recipient.offers.get(answer.case)
    if offer is None or offer.number != answer.number:
        return [Refused("expired", "this link is of an offer that is over")]
    said: dict[str, Any] = {"case": answer.case, "supporter": context.key, "number": answer.number}
    match answer:
        case commands.Accept():
            return _open(offer, context) or [
                responses.OfferAccepted(**said), _heard(answer, "answered"),
            ]  # fmt: skip
        case commands.Decline():
            declined = responses.OfferDeclined(**said, reason=answer.reason, pause_days=answer.pause_days)
            return _open(offer, context) or [declined, _heard(answer, "declined")]
        case commands.DropOut():
            dropped = responses.DroppedOut(**said, reason=answer.reason)
            return _assigned(offer) or [dropped, _heard(answer, "dropped_out")]
        case commands.Report():
            reported = responses.ActivityReported(**said, minutes=answer.minutes, outcome=answer.outcome)
            return _assigned(offer) or [reported, _heard(answer, "reported")]
    return []


def _open(offer: Offer, context: Context) -> list[Refused]:
    """Why it can no longer be answered, if it cannot."""
    if offer.state != "open":
        return [Refused(offer.told(), "this offer has been answered or is over")]
    if offer.expires_at and offer.expires_at <= context.now:
        return [Refused("expired", "the time to answer this offer has passed")]
    return []


def _assigned(offer: Offer) -> list[Refused]:
    return [] if offer.state == "assigned" else [Refused(offer.told(), "this case is not yours now")]


def _reminders(recipient: Recipient, context: Context) -> list[Event]:
    """Once per assignment."""
    late = [
        (case, offer) for case, offer in recipient.offers.items()
        if offer.state == "assigned" and offer.remind_at and offer.remind_at <= context.now
    ]  # fmt: skip
    reminders: list[Event] = []
    for case, offer in late:
        reminders.append(Heard(case=case, number=offer.number, state="assigned"))
        reminders += messages.send(context, case, offer.number, "reminder")
    return reminders


RECIPIENT = decider(Recipient, decide, evolve, due, (*EVENTS, *responses.EVENTS), number=2)
