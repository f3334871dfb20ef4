"""Nobody is left to ask: why, and what a coordinator can do."""

from typing import Any

import pytest

from services.matching.domain.commands import AskAgain, Assign, Close
from services.matching.domain.offers import Denied, Opened
from shared.events import matches
from shared.events.hold_answers import HoldLost
from shared.events.holds import HoldReleased, HoldRequested
from shared.events.offers import OfferConfirmed, OfferTaken, OfferWithdrawn
from shared.events.responses import ActivityReported, DeliveryFailed, DroppedOut, OfferAccepted, OfferDeclined
from tests.unit.given import NOON, given, some
from tests.unit.matching.people import (
    AN,
    BINH,
    CHI,
    asking,
    assigned,
    grant,
    granted,
    new_case,
    offered,
    refused,
    says,
)  # fmt: skip
from tests.unit.samples import KITAIBARAKI, roster, supporter

PAUSED = NOON.replace(year=2026)
ONE = roster(supporter("an"))

REASONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "nobody_speaks_it": (roster(supporter("an", languages=("en",))), {}),
    "nobody_takes_it": (roster(supporter("an", categories=("office",))), {}),
    "no_specialist": (ONE, {"category": "tax_filing"}),
    "too_far": (roster(supporter("an", municipality=KITAIBARAKI)), {}),
    "all_at_cap": (roster(supporter("an", load=2)), {}),
    "nobody_free": (roster(supporter("an", paused_until=PAUSED)), {}),
}


@pytest.mark.parametrize("reason", REASONS)
def test_nobody_can_be_asked_and_it_says_why(reason: str) -> None:
    view, changed = REASONS[reason]
    asking(view, **changed).then(Opened, some(matches.Escalated, reason=reason))


def test_nobody_at_all_or_only_who_has_left_is_nobody_who_speaks_it() -> None:
    for view in ({}, roster(supporter("an", active=False))):
        asking(view).then(Opened, some(matches.Escalated, reason="nobody_speaks_it"))


def test_all_have_declined() -> None:
    offered(ONE).when(says(OfferDeclined, AN, 1)).then(
        matches.Declined, HoldReleased, some(matches.Escalated, reason="all_declined")
    )


def test_all_turned_out_to_be_full() -> None:
    asking(ONE).when(refused(AN, 1)).then(Denied, some(matches.Escalated, reason="all_at_cap"))


@pytest.mark.parametrize("answers", [[], [says(OfferAccepted, AN, 1)]])
def test_who_was_erased_has_not_declined(answers: list[Any]) -> None:
    view = roster(supporter("an"))
    case = grant(asking(view)).when(*answers)
    view[AN] = view[AN].model_copy(update={"active": False})
    case.when(HoldLost(case="case-1", supporter=AN, number=1))
    assert case.last(matches.Escalated).reason == "nobody_speaks_it"
    case = grant(asking(both := roster(supporter("an"), supporter("binh", load=2))))
    both[AN] = view[AN]
    assert case.when(HoldLost(case="case-1", supporter=AN, number=1)).last(matches.Escalated).reason == "all_at_cap"


@pytest.mark.parametrize(("others", "reason"), [
    ([], "nobody_speaks_it"), ([supporter("binh", paused_until=PAUSED)], "nobody_free"),
    ([supporter("binh", load=2)], "all_at_cap"),
])  # fmt: skip
@pytest.mark.parametrize("known", [True, False], ids=["known", "the-roster-comes-later"])
def test_who_was_erased_is_not_at_their_limit_either(others: list[Any], reason: str, known: bool) -> None:
    """The roster may tell it later than their document tells the case."""
    case = grant(asking(view := roster(supporter("an"), *others)))
    view[AN] = view[AN].model_copy(update={"active": not known})
    assert case.when(HoldLost(case="case-1", supporter=AN, number=1)).last(matches.Escalated).reason == reason


def test_nobody_could_be_reached() -> None:
    case = offered(ONE).when(says(DeliveryFailed, AN, 1))
    assert case.last(matches.Escalated).reason != "all_declined"


def escalated() -> given:
    """An declined, Binh dropped out."""
    case = offered(roster(supporter("an"), supporter("binh")))
    return case.when(says(OfferDeclined, AN, 1), says(OfferAccepted, BINH, 2), says(DroppedOut, BINH, 2))


def test_asked_again_all_are_asked_but_for_who_dropped_out() -> None:
    case = escalated()
    assert case.state.status == "escalated"
    case.when(AskAgain()).then(matches.Resumed, some(HoldRequested, supporter=AN, number=3))
    assert case.when(granted(AN, 3)).last(matches.Offered).wave == 2
    case.when(AskAgain()).then("not_escalated")


def test_asked_again_in_vain_it_is_escalated_again() -> None:
    case = asking({}).when(AskAgain())
    case.then(matches.Resumed, some(matches.Escalated, reason="nobody_speaks_it"))


def test_a_coordinator_assigns_whom_they_have_spoken_with() -> None:
    case = escalated().when(Assign(supporter=AN))
    case.then(some(HoldRequested, supporter=AN, number=3, assigning=True))
    case.when(granted(AN, 3)).then(
        some(matches.Assigned, supporter=AN, by="coordinator"), some(OfferConfirmed, recipient=AN, number=3)
    )
    case.when(Assign(supporter=AN)).then()


def test_assigned_while_others_are_asked_they_are_told() -> None:
    case = offered().when(Assign(supporter=CHI))
    grant(case).then(
        some(matches.Assigned, supporter=CHI), some(OfferConfirmed, recipient=CHI),
        some(OfferTaken, recipient=AN), some(OfferTaken, recipient=BINH),
        some(HoldReleased, supporter=AN), some(HoldReleased, supporter=BINH),
    )  # fmt: skip


def test_whoever_is_asked_already_keeps_one_place_only() -> None:
    case = offered().when(Assign(supporter=AN))
    case.then(
        some(matches.Assigned, supporter=AN, by="coordinator"), some(OfferConfirmed, recipient=AN, number=1),
        some(OfferTaken, recipient=BINH), some(HoldReleased, supporter=BINH),
    )  # fmt: skip


def test_reassigned_the_former_supporter_is_told_and_free() -> None:
    case = assigned().when(Assign(supporter=CHI))
    case.then(
        some(matches.Released, supporter=AN, reason="reassigned"),
        some(OfferWithdrawn, recipient=AN, number=1, reason="reassigned"),
        some(HoldReleased, supporter=AN, number=1),
        some(HoldRequested, supporter=CHI, assigning=True),
    )
    grant(case)
    assert case.state.assigned == CHI


@pytest.mark.parametrize("second", [Assign(supporter=BINH, seen="nobody"), Close(reason="other", seen="nobody")])
def test_who_decides_on_what_is_no_longer_so_is_told_and_takes_nothing_away(second: Any) -> None:
    offered().when(Assign(supporter=CHI, seen="nobody")).when(second).then("given_meanwhile")
    assigned().when(second).then("given_meanwhile")


def test_who_has_seen_it_takes_it_away_and_the_same_choice_twice_is_no_quarrel() -> None:
    assigned().when(Assign(supporter=CHI, seen=AN)).then(matches.Released, OfferWithdrawn, HoldReleased, HoldRequested)
    assigned().when(Assign(supporter=AN, seen="nobody")).then()
    assigned().when(says(DroppedOut, AN, 1)).when(Assign(supporter=BINH, seen=AN)).then(
        some(HoldRequested, supporter=BINH, assigning=True)
    )


def test_of_two_choices_the_later_holds_though_the_first_answers_first() -> None:
    case = escalated().when(Assign(supporter=AN))
    case.when(Assign(supporter=AN)).then()
    case.when(Assign(supporter=BINH, seen=AN)).then(
        some(HoldReleased, supporter=AN, number=3, reason="reassigned"), some(HoldRequested, supporter=BINH, number=4)
    )
    case.when(granted(AN, 3)).then(some(HoldReleased, supporter=AN, number=3))
    case.when(granted(BINH, 4)).then(some(matches.Assigned, supporter=BINH), some(OfferConfirmed, recipient=BINH))


def test_whom_a_coordinator_chose_is_not_replaced_by_another() -> None:
    escalated().when(Assign(supporter=AN)).when(refused(AN, 3, "inactive")).then(Denied)


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"languages": ("en",)}, "not_eligible"), ({"categories": ("office",)}, "not_eligible")],
)
def test_not_even_a_coordinator_assigns_who_may_not_do_it(changed: dict[str, Any], code: str) -> None:
    asking(roster(supporter("an", **changed))).when(Assign(supporter=AN)).then(code)


def test_a_stranger_cannot_be_assigned() -> None:
    asking().when(Assign(supporter="supporter-nobody")).then("unknown_supporter")


def test_a_coordinator_gives_it_up() -> None:
    case = escalated().when(Close(reason="all_declined"))
    case.then(some(matches.Unserved, reason="all_declined"))
    offered().when(Close(reason="other")).then(
        OfferWithdrawn, OfferWithdrawn, HoldReleased, HoldReleased, some(matches.Unserved, reason="other")
    )


@pytest.mark.parametrize("command", [Assign(supporter=AN), AskAgain(), Close(reason="other")])
def test_what_is_over_cannot_be_directed(command: Any) -> None:
    new_case().when(command).then("not_open")
    offered().when(Close(reason="other")).when(command).then("not_open")


@pytest.mark.parametrize("crossing", [DroppedOut, ActivityReported])
def test_what_crosses_the_end_does_not_open_it_again(crossing: type[Any]) -> None:
    assigned().when(Close(reason="other")).when(says(crossing, AN, 1)).then()
