"""Referrals, cases and supporters of the tests."""

from datetime import timedelta
from typing import Any

from joserfc.jwk import KeySet

from shared.events.cases import CaseAccepted, CaseAmended
from shared.events.referrals import Consent, ReferralPublished
from shared.events.roster import SupporterSnapshot
from shared.privacy.data_keys import DataKey
from shared.seal import new_key, seal_json
from tests.unit.given import NOON

CASE = "case-1"
RESIDENT = {"name": "Nguyen Thi An", "contacts": "090-1234-5678", "note": "expects a child in May"}
NETWORK = KeySet([new_key()])
SEALED = seal_json(RESIDENT, NETWORK)
"""As a partner seals it."""
KEY = DataKey(CASE, b"k" * 32)
CONSENT = Consent(given_by="resident", given_at=NOON - timedelta(hours=1), scope="referral", evidence="written")
ASKS: dict[str, Any] = {"category": "hospital", "languages": ("vi",), "municipality": "08220"}
MITO, TSUKUBA, TSUCHIURA, KITAIBARAKI, KASAMA = "08201", "08220", "08203", "08215", "08216"


def published(**changed: Any) -> ReferralPublished:
    return ReferralPublished(**{"reference": "R-1", "consent": CONSENT, "resident": SEALED, **ASKS, **changed})


def referral(**changed: Any) -> dict[str, Any]:
    """As a partner writes it."""
    return {**published().model_dump(mode="json", by_alias=True, exclude_none=True), **changed}


def accepted(**changed: Any) -> CaseAccepted:
    return CaseAccepted(**{**_case(), **changed})


def amended(**changed: Any) -> CaseAmended:
    return CaseAmended(**{**_case(), **changed})


def _case() -> dict[str, Any]:
    return {"case": CASE, "org": "city", "reference": "R-1", "resident": SEALED, "received_at": NOON, **ASKS}


def supporter(name: str, **changed: Any) -> SupporterSnapshot:
    """Speaks Vietnamese, lives in Tsukuba, has never been asked."""
    one = {"languages": ("vi", "ja"), "municipality": TSUKUBA, "capacity": 2, "contact": SEALED}
    return SupporterSnapshot(**{"supporter": f"supporter-{name}", **one, **changed})


def roster(*supporters: SupporterSnapshot) -> dict[str, SupporterSnapshot]:
    return {one.supporter: one for one in supporters}
