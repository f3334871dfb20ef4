"""What was asked has changed: who was asked is asked anew, who has it is told."""

from services.matching.domain.offers import Opened
from shared.events import matches
from shared.events.cases import CaseWithdrawn
from shared.events.holds import HoldReleased, HoldRequested
from shared.events.offers import OfferConfirmed, OfferMade, OfferWithdrawn
from shared.events.responses import OfferAccepted
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
    says,
)
from tests.unit.samples import amended, roster, supporter


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


def test_who_has_it_is_told_what_changed() -> None:
    assigned().when(amended(municipality="08203")).then(
        Opened, some(OfferConfirmed, recipient=AN, number=1, municipality="08203")
    )


def test_a_case_that_waits_for_a_coordinator_is_tried_again() -> None:
    case = asking(roster(supporter("an", languages=("en",))))
    case.then(Opened, some(matches.Escalated, reason="nobody_speaks_it"))
    assert asked(case.when(amended(languages=("en",)))) == [AN]
    grant(case).then(matches.Offered, OfferMade)


def test_what_is_over_or_unknown_cannot_change() -> None:
    closed = offered().when(CaseWithdrawn(case="case-1", reason="not_needed"))
    closed.when(amended(urgency="soon")).then()
    new_case().when(amended(urgency="soon")).then()
