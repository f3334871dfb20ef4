"""An with an offer, at every stage of it."""

from datetime import timedelta
from typing import Any

from services.notify.domain.commands import Accept, Sent
from services.notify.domain.offers import SendingStarted
from services.notify.domain.recipient import RECIPIENT
from shared.events.offers import OfferConfirmed, OfferMade
from tests.unit.given import NOON, given
from tests.unit.samples import ASKS, CASE, SEALED

AN = "supporter-an"
OFFER = {"case": CASE, "number": 1}
ENDS = NOON + timedelta(hours=24)


def made(**changed: Any) -> OfferMade:
    return OfferMade(**{"recipient": AN, **OFFER, "expires_at": ENDS, **ASKS, **changed})


def confirmed(**changed: Any) -> OfferConfirmed:
    return OfferConfirmed(**{"recipient": AN, **OFFER, "org": "city", "resident": SEALED, **ASKS, **changed})


def an() -> given:
    return given(RECIPIENT, key=AN)


def asked() -> given:
    """The offer's mail has arrived."""
    return deliver(an().when(made()))


def assigned(**changed: Any) -> given:
    """An has accepted, was quickest, and knows it."""
    return deliver(asked().when(Accept(**OFFER)).when(confirmed(**changed)))


def deliver(person: given) -> given:
    """What was just handed to the mail server has arrived."""
    started = [event for event in person.happened if isinstance(event, SendingStarted)]
    return person.when(*(Sent(message=event.message, attempt=event.attempt) for event in started))
