"""A case looks for its supporter: waves, the first to accept, the others told, the next asked."""

from typing import Any

import pytest

from services.matching import policy
from services.matching.domain.offers import Closed, Denied, Opened, Undelivered
from shared.events import matches
from shared.events.cases import CaseClosed, CaseWithdrawn
from shared.events.holds import HoldReleased, HoldRequested, PauseAsked
from shared.events.offers import OfferConfirmed, OfferMade, OfferTaken, OfferWithdrawn
from shared.events.responses import ActivityReported, DeliveryFailed, DroppedOut, OfferAccepted, OfferDeclined
from tests.unit.given import NOON, some
from tests.unit.matching.people import (
    AN,
    BINH,
    CHI,
    DUNG,
    ROSTER,
    asked,
    asking,
    assigned,
    grant,
    granted,
    new_case,
    offered,
    refused,
    says,
)  # fmt: skip
from tests.unit.samples import SEALED, TSUCHIURA, accepted, roster, supporter


@pytest.mark.parametrize("urgency", ["routine", "soon", "urgent"])
def test_the_more_urgent_the_more_are_asked_at_once_best_first(urgency: str) -> None:
    case = asking(urgency=urgency)
    assert case.happened[0] == Opened(referral=accepted(urgency=urgency))
    assert asked(case) == [AN, BINH, CHI, DUNG][: policy.WAVE[urgency]]
    assert [event.number for event in case.happened[1:]] == list(range(1, policy.WAVE[urgency] + 1))


def test_who_has_a_place_gets_an_offer_that_says_why_and_until_when() -> None:
    case = asking().when(granted(AN, 1))
    expires = policy.expiry("routine", NOON)
    score = policy.score(ROSTER[AN], accepted(), NOON)
    case.then(
        matches.Offered(case="case-1", supporter=AN, wave=1, score=score, expires_at=expires),
        some(OfferMade, recipient=AN, number=1, expires_at=expires, municipality="08220"),
    )
    assert SEALED not in case.happened[1].model_dump_json(), "an offer never says for whom it is"


def test_who_accepts_first_has_it_and_the_others_are_told_and_free_again() -> None:
    case = offered().when(says(OfferAccepted, BINH, 2))
    case.then(
        some(matches.Assigned, supporter=BINH, by="acceptance"),
        some(OfferConfirmed, recipient=BINH, number=2, resident=SEALED, org="city"),
        some(OfferTaken, recipient=AN, number=1),
        some(HoldReleased, supporter=AN, number=1, reason="preempted"),
    )
    case.when(says(OfferAccepted, AN, 1)).then(some(OfferTaken, recipient=AN))
    case.when(says(OfferAccepted, BINH, 2)).then()
    assert case.state.assigned == BINH


def test_a_place_granted_too_late_is_given_back() -> None:
    case = asking().when(granted(AN, 1), says(OfferAccepted, AN, 1))
    case.when(granted(BINH, 2)).then(some(HoldReleased, supporter=BINH, number=2, reason="unwanted"))


def test_an_answer_to_an_older_ask_does_nothing() -> None:
    case = offered()
    for answer in (OfferAccepted, OfferDeclined, DroppedOut, ActivityReported, DeliveryFailed):
        case.when(says(answer, AN, 7), says(answer, CHI, 1)).then()
    case.when(refused(AN, 7)).then()
    case.when(granted(AN, 7)).then(some(HoldReleased, supporter=AN, number=7, reason="unwanted"))


def test_when_all_have_declined_the_next_are_asked() -> None:
    case = offered().when(says(OfferDeclined, AN, 1))
    case.then(some(matches.Declined, supporter=AN, reason="no_time"), some(HoldReleased, supporter=AN, number=1))
    case.when(says(OfferDeclined, BINH, 2)).then(
        matches.Declined,
        HoldReleased,
        some(HoldRequested, supporter=CHI, number=3),
        some(HoldRequested, number=4),
    )
    assert case.when(granted(CHI, 3)).last(matches.Offered).wave == 2


def test_who_declines_may_ask_for_a_pause() -> None:
    case = offered().when(says(OfferDeclined, AN, 1, pause_days=14))
    assert (case.last(PauseAsked).until - NOON).days == 14


def test_offers_lapse_and_the_next_are_asked() -> None:
    case = offered()
    case.later(hours=1).then()
    case.later(hours=72).then(
        some(matches.Expired, supporter=AN), some(matches.Expired, supporter=BINH),
        some(HoldReleased, supporter=AN, reason="expired"), some(HoldReleased, supporter=BINH),
        some(HoldRequested, supporter=CHI), some(HoldRequested, supporter=DUNG),
    )  # fmt: skip
    case.when(says(OfferAccepted, AN, 1)).then(some(OfferWithdrawn, recipient=AN, reason="expired"))


def test_who_has_no_place_is_replaced_at_once() -> None:
    case = asking().when(refused(AN, 1))
    case.then(some(Denied, supporter=AN, reason="full"), some(HoldRequested, supporter=CHI, number=3))
    case.when(refused(BINH, 2)).then(Denied, some(HoldRequested, supporter=DUNG, number=4))
    case.when(refused(CHI, 3)).then(Denied)
    case.when(granted(DUNG, 4)).then(some(matches.Offered, supporter=DUNG, wave=1), OfferMade)


def test_nobody_is_asked_in_place_of_who_refuses_after_the_end() -> None:
    case = asking().when(CaseWithdrawn(case="case-1", reason="not_needed"))
    case.when(refused(AN, 1)).then(Denied)
    taken = asking(urgency="urgent").when(granted(DUNG, 4), says(OfferAccepted, DUNG, 4))
    taken.when(refused(AN, 1)).then(Denied)


def test_who_could_not_be_told_makes_room_for_the_next() -> None:
    case = offered().when(says(DeliveryFailed, AN, 1))
    case.then(some(Undelivered, supporter=AN), some(HoldReleased, supporter=AN, reason="undelivered"))
    assert asked(case.when(says(DeliveryFailed, BINH, 2))) == [CHI, DUNG]
    assigned().when(says(DeliveryFailed, AN, 1, kind="confirmed")).then()


def test_when_no_mail_reached_anybody_that_is_the_reason() -> None:
    case = offered().when(says(DeliveryFailed, AN, 1), says(DeliveryFailed, BINH, 2))
    case = grant(case).when(says(DeliveryFailed, CHI, 3), says(DeliveryFailed, DUNG, 4))
    assert case.happened[-1] == matches.Escalated(case="case-1", reason="not_reached")


def test_who_was_only_slower_is_asked_again_before_a_coordinator_is() -> None:
    """They were told that they are asked again when they are needed."""
    two = roster(supporter("an"), supporter("binh", municipality=TSUCHIURA))
    case = offered(two).when(says(OfferAccepted, AN, 1)).when(says(DroppedOut, AN, 1))
    assert asked(case) == [BINH]
    grant(case).when(says(OfferDeclined, BINH, 3)).then(
        matches.Declined, HoldReleased, some(matches.Escalated, reason="all_declined")
    )


@pytest.mark.parametrize(("lost", "reason"), [
    ({"languages": ("ja",)}, "nobody_speaks_it"), ({"licences": ()}, "no_specialist"),
])  # fmt: skip
def test_who_may_not_take_it_any_more_by_a_new_roster_is_not_given_it(lost: dict[str, Any], reason: str) -> None:
    """Work that is reserved by law, above all."""
    able = supporter("an", licences=("administrative_scrivener",))
    view = roster(able)
    case = grant(asking(view, category="residence_application"))
    view[AN] = able.model_copy(update=lost)
    case.when(says(OfferAccepted, AN, 1)).then(
        some(OfferWithdrawn, recipient=AN, number=1, reason="not_eligible"),
        some(HoldReleased, supporter=AN, number=1, reason="not_eligible"),
        some(matches.Escalated, reason=reason),
    )


def test_who_drops_out_is_not_asked_again_but_others_are() -> None:
    case = assigned().when(says(DroppedOut, AN, 1))
    case.then(
        some(matches.Released, supporter=AN, reason="ill"),
        some(HoldReleased, supporter=AN, number=1, reason="dropped_out"),
        some(HoldRequested, supporter=CHI), some(HoldRequested, supporter=DUNG),
    )  # fmt: skip
    assert case.state.assigned is None
    case.when(says(DroppedOut, AN, 1)).then()


def test_a_report_ends_the_case() -> None:
    case = assigned().when(says(ActivityReported, AN, 1))
    case.then(
        matches.Completed(case="case-1", supporter=AN, outcome="resolved", minutes=90),
        some(HoldReleased, supporter=AN, number=1, reason="completed"),
    )
    case.when(CaseClosed(case="case-1", outcome="resolved")).then()
    case.when(says(DroppedOut, AN, 1), accepted()).then()


def test_withdrawn_while_asking_places_and_offers_are_taken_back() -> None:
    case = offered().when(CaseWithdrawn(case="case-1", reason="not_needed"))
    case.then(
        some(OfferWithdrawn, recipient=AN, reason="withdrawn"), some(OfferWithdrawn, recipient=BINH),
        some(HoldReleased, supporter=AN), some(HoldReleased, supporter=BINH), Closed,
    )  # fmt: skip
    case.when(says(OfferAccepted, AN, 1)).then(some(OfferWithdrawn, recipient=AN, reason="withdrawn"))
    case.later(days=30).then()


def test_withdrawn_when_assigned_the_supporter_is_told() -> None:
    assigned().when(CaseWithdrawn(case="case-1", reason="not_needed")).then(
        some(OfferWithdrawn, recipient=AN, number=1), some(HoldReleased, supporter=AN, number=1), Closed
    )


def test_withdrawn_before_a_place_was_granted_it_is_given_back() -> None:
    case = asking().when(CaseWithdrawn(case="case-1", reason="not_needed")).then(Closed)
    case.when(granted(AN, 1)).then(some(HoldReleased, supporter=AN, number=1, reason="unwanted"))


def test_a_case_is_opened_once_and_what_was_never_opened_needs_no_end() -> None:
    offered().when(accepted()).then()
    new_case().when(CaseWithdrawn(case="case-1", reason="not_needed")).then()
    grant(new_case()).then()
