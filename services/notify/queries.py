"""What a supporter's page and a mail show of an offer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notify.domain.offers import Offer, Recipient
from services.notify.links import Link
from shared.events.referrals import Window
from shared.store import MongoStore


@dataclass(frozen=True)
class OfferView:
    """`resident`: name, contacts, note; only for the assigned supporter's own page."""

    case: str
    number: int
    state: str
    category: str
    municipality: str
    languages: tuple[str, ...]
    mode: str
    urgency: str
    when: Window | None
    expires_at: datetime | None
    org_name: str | None
    token: str
    sealed: str | None = None
    resident: dict[str, Any] | None = None


async def recipient(store: MongoStore, supporter: str) -> Recipient | None:
    document = (await store.load([supporter])).get(supporter)
    return Recipient.model_validate(document.state) if document else None


def view(link: Link, offer: Offer, token: str, now: datetime) -> OfferView | None:
    """None where so little is known of the offer that nothing can be shown (it was gone before it was made)."""
    if offer.referral is None:
        return None
    asks = offer.referral
    return OfferView(
        case=link.case, number=offer.number, state=_state(offer, now), category=asks.category,
        municipality=asks.municipality, languages=asks.languages, mode=asks.mode, urgency=asks.urgency,
        when=asks.when, expires_at=offer.expires_at, org_name=offer.org, token=token,
        sealed=offer.resident if offer.state == "assigned" else None,
    )  # fmt: skip


def _state(offer: Offer, now: datetime) -> str:
    if offer.state == "open" and offer.expires_at is not None and offer.expires_at <= now:
        return "expired"
    return offer.told()
