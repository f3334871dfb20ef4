"""A case in matching with supporters who can be asked, for the tests of both."""

from typing import Any

from services.matching.domain.case import CASE
from shared.events.hold_answers import HoldGranted, HoldRefused
from shared.events.holds import HoldRequested
from shared.events.responses import (
    ActivityReported,
    DeliveryFailed,
    DroppedOut,
    OfferAccepted,
    OfferDeclined,
)
from tests.unit.given import given
from tests.unit.samples import KASAMA, TSUCHIURA, accepted, roster, supporter

# The best first: An lives there, Binh in the next town, Chi three towns on, Dung farther still.
AN, BINH, CHI, DUNG = (f"supporter-{name}" for name in ("an", "binh", "chi", "dung"))
ROSTER = roster(
    supporter("an"),
    supporter("binh", municipality=TSUCHIURA),
    supporter("chi", municipality=KASAMA, max_distance_km=60),
    supporter("dung", municipality="08201", max_distance_km=60),
)


def new_case(view: Any = ROSTER) -> given:
    """Nothing is known of it yet."""
    return given(CASE, view=view)


def asking(view: Any = ROSTER, **changed: Any) -> given:
    """An and Binh have been asked for a place."""
    return new_case(view).when(accepted(**changed))


def offered(view: Any = ROSTER) -> given:
    """An and Binh have an offer."""
    return grant(asking(view))


def assigned() -> given:
    """An has taken it."""
    return offered().when(says(OfferAccepted, AN, 1))


def grant(case: given) -> given:
    """Whoever was just asked has a place."""
    asks = [event for event in case.happened if isinstance(event, HoldRequested)]
    return case.when(*(granted(ask.supporter, ask.number) for ask in asks))


def granted(who: str, number: int) -> HoldGranted:
    return HoldGranted(case="case-1", supporter=who, number=number)


def refused(who: str, number: int, reason: str = "full") -> HoldRefused:
    return HoldRefused(case="case-1", supporter=who, number=number, reason=reason)


def says(answer: type[Any], who: str, number: int, **more: Any) -> Any:
    """A supporter's answer, with what it needs."""
    needed: dict[type[Any], dict[str, Any]] = {
        OfferDeclined: {"reason": "no_time"},
        DroppedOut: {"reason": "ill"},
        ActivityReported: {"minutes": 90, "outcome": "resolved"},
        DeliveryFailed: {"kind": "offer", "reason": "refused"},
    }
    return answer(case="case-1", supporter=who, number=number, **{**needed.get(answer, {}), **more})


def asked(case: given) -> list[str]:
    """Whom the last step asked for a place."""
    return [event.supporter for event in case.happened if isinstance(event, HoldRequested)]
