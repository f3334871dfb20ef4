"""What was asked has changed: who was asked is asked anew, who has it is told."""

from typing import Any

import pytest

from services.matching.domain.commands import AskAgain
from services.matching.domain.offers import Denied, Opened
from shared.events import matches
from shared.events.cases import CaseWithdrawn
from shared.events.holds import HoldReleased, HoldRequested
from shared.events.offers import OfferConfirmed, OfferMade, OfferWithdrawn
from shared.events.responses import ActivityReported, OfferAccepted, OfferDeclined
from tests.unit.given import some
from tests.unit.matching.people import (
    AN,
    BINH,
    asked,
    asking,
    assigned,
    grant,
    granted,
    new_case,
    offered,
    refused,
    says,
)
from tests.unit.samples import accepted, amended, roster, supporter


def test_who_was_asked_is_asked_anew() -> None:
    case = offered().when(amended(urgency="soon"))
    case.then(
        some(OfferWithdrawn, recipient=AN, number=1, reason="amended"), some(OfferWithdrawn, recipient=BINH),
        some(HoldReleased, supporter=AN, number=1), some(HoldReleased, supporter=BINH, number=2),
        Opened, some(HoldRequested, supporter=AN, number=3), HoldRequested, HoldRequested,
    )  # fmt: skip
    case.when(says(OfferAccepted, AN, 1)).then()  # to what it was before
    case.when(granted(AN, 3)).then(matches.Offered, some(OfferMade, number=3, urgency="soon"))


def test_who_has_not_got_a_place_yet_is_asked_under_a_new_number() -> None:
    case = asking().when(amended(urgency="soon")).then(Opened, HoldRequested, HoldRequested, HoldRequested)
    case.when(granted(AN, 1)).then(some(HoldReleased, supporter=AN, number=1, reason="unwanted"))


def test_who_had_their_last_place_for_it_is_not_full() -> None:
    """The roster hears later than the case that the place is free again."""
    alone = supporter("an", capacity=1)
    view = roster(alone)
    case = offered(view)
    view[AN] = alone.model_copy(update={"load": 1})
    assert asked(case.when(amended(urgency="soon"))) == [AN]


def test_asked_again_at_once_neither() -> None:
    alone = supporter("an", capacity=1)
    view = roster(alone)
    case = offered(view)
    view[AN] = alone.model_copy(update={"load": 1})
    case.when(says(OfferDeclined, AN, 1)).then(matches.Declined, HoldReleased, some(matches.Escalated))
    assert asked(case.when(AskAgain())) == [AN]
    case.when(refused(AN, 2)).then(Denied, some(matches.Escalated, reason="all_at_cap"))


def test_who_has_it_is_told_what_changed() -> None:
    assigned().when(amended(municipality="08203")).then(
        Opened, some(OfferConfirmed, recipient=AN, number=1, municipality="08203")
    )


@pytest.mark.parametrize("change", [{"category": "residence_application"}, {"languages": ("ne",)}])
def test_who_has_it_and_may_not_do_what_it_has_become_has_it_no_longer(change: dict[str, Any]) -> None:
    case = assigned()
    able = supporter("chi", languages=("ne", "vi"), licences=("administrative_scrivener",))
    case.view = {**case.view, **roster(able)}
    case.when(amended(**change)).then(
        some(OfferWithdrawn, recipient=AN, number=1, reason="amended"), some(HoldReleased, supporter=AN, number=1),
        some(matches.Released, supporter=AN, reason="amended"), Opened, some(HoldRequested, supporter="supporter-chi"),
    )  # fmt: skip
    case.when(says(ActivityReported, AN, 1, minutes=30, outcome="resolved")).then()


def test_who_has_it_keeps_it_though_the_roster_says_otherwise_by_now_where_neither_was_changed() -> None:
    case = assigned()
    case.view = roster(supporter("an", languages=("ko",)))
    case.when(amended(urgency="urgent")).then(Opened, some(OfferConfirmed, recipient=AN, urgency="urgent"))


def test_a_case_that_waits_for_a_coordinator_is_tried_again() -> None:
    case = asking(roster(supporter("an", languages=("en",))))
    case.then(Opened, some(matches.Escalated, reason="nobody_speaks_it"))
    assert asked(case.when(amended(languages=("en",)))) == [AN]
    grant(case).then(matches.Offered, OfferMade)


def test_what_is_over_or_unknown_cannot_change() -> None:
    closed = offered().when(CaseWithdrawn(case="case-1", reason="not_needed"))
    closed.when(amended(urgency="soon")).then()
    new_case().when(amended(urgency="soon")).then()


def test_who_waits_for_a_coordinator_no_longer_does_and_whoever_tells_of_it_is_told() -> None:
    case = new_case(roster()).when(amended(), accepted())
    case.then(Opened, some(matches.Escalated))
    case.view = roster(supporter("an"))
    case.when(amended(urgency="soon")).then(matches.Resumed, Opened, some(HoldRequested, supporter=AN))
