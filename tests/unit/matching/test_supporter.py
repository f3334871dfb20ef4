"""A supporter's document keeps their places: never more cases than they take, but by a coordinator's word."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as having
from hypothesis import settings
from hypothesis import strategies as st

from services.matching.domain.commands import Enrol, Erase, Pause, Profile
from services.matching.domain.supporter import SUPPORTER, Enrolled, Erased, Freed, Held, Paused
from shared.events.base import Event
from shared.events.hold_answers import HoldGranted, HoldLost, HoldRefused
from shared.events.holds import HoldReleased, HoldRequested, PauseAsked
from shared.events.roster import SupporterSnapshot
from tests.unit.given import NOON, given, some
from tests.unit.samples import SEALED

AN = "supporter-an"


def enrol(content: str = "row-1", **changed: Any) -> Enrol:
    profile = {"languages": ("vi", "ja"), "municipality": "08220", "capacity": 2, "contact": SEALED}
    return Enrol(profile=Profile(**{**profile, **changed}), content=content)


def an(**changed: Any) -> given:
    return given(SUPPORTER, key=AN).when(enrol(**changed))


def ask(case: int, number: int = 1, **changed: Any) -> HoldRequested:
    asked = {"category": "hospital", "languages": ("vi",), **changed}
    return HoldRequested(supporter=AN, case=f"case-{case}", number=number, **asked)


def free(case: int, number: int = 1, reason: str = "declined") -> HoldReleased:
    return HoldReleased(supporter=AN, case=f"case-{case}", number=number, reason=reason)


def test_enrolled_they_are_on_the_roster_with_their_contact_sealed() -> None:
    an().then(Enrolled, some(SupporterSnapshot, supporter=AN, load=0, capacity=2, contact=SEALED))


def test_the_same_row_again_changes_nothing_and_another_does() -> None:
    an().when(enrol()).then()
    an().when(enrol("row-2", capacity=5)).then(Enrolled, some(SupporterSnapshot, capacity=5))


def test_a_place_is_granted_and_the_roster_shows_it() -> None:
    case = an().when(ask(1))
    case.then(
        HoldGranted(case="case-1", supporter=AN, number=1),
        Held,
        some(SupporterSnapshot, load=1, asked_at=NOON),
    )
    case.when(free(1)).then(some(Freed, served=False), some(SupporterSnapshot, load=0, assigned=0))


def test_full_is_full() -> None:
    an().when(ask(1), ask(2), ask(3)).then(
        HoldGranted,
        Held,
        SupporterSnapshot,
        HoldGranted,
        Held,
        SupporterSnapshot,
        some(HoldRefused, reason="full"),
    )


def test_a_case_has_one_place_however_often_it_asks() -> None:
    full = an(capacity=1).when(ask(1, 1))
    full.when(ask(1, 2)).then(some(HoldGranted, number=2), Held, some(SupporterSnapshot, load=1))
    full.when(free(1, 1)).then()  # the older ask's place is the newer one's now
    full.when(free(1, 2)).then(Freed, some(SupporterSnapshot, load=0))


def test_a_finished_case_counts_as_served() -> None:
    an().when(ask(1), free(1, reason="completed")).when(enrol("row-2")).then(
        Enrolled, some(SupporterSnapshot, load=0, assigned=1)
    )


@pytest.mark.parametrize(
    ("before", "asked", "reason"),
    [
        ([enrol(active=False)], ask(1), "inactive"),
        ([enrol(active=False)], ask(1, assigning=True), "inactive"),
        ([enrol()], ask(1, languages=("ne",)), "not_eligible"),
        ([enrol()], ask(1, category="tax_filing", assigning=True), "not_eligible"),
        ([enrol(categories=("office",))], ask(1), "not_eligible"),
        ([enrol(), Pause(until=NOON + timedelta(days=1))], ask(1), "paused"),
        ([enrol(capacity=0)], ask(1), "full"),
        ([], ask(1), "unknown"),
    ],
)
def test_who_cannot_take_it_says_why(before: Sequence[Any], asked: HoldRequested, reason: str) -> None:
    case = given(SUPPORTER, key=AN).when(*before)
    case.when(asked).then(HoldRefused(case="case-1", supporter=AN, number=1, reason=reason))


def test_a_pause_ends_by_itself_or_by_word() -> None:
    paused = an().when(PauseAsked(supporter=AN, case="case-1", until=NOON + timedelta(days=14)))
    paused.then(Paused, some(SupporterSnapshot, paused_until=NOON + timedelta(days=14)))
    paused.when(Pause(until=NOON)).when(ask(1)).then(HoldGranted, Held, SupporterSnapshot)
    later = an().when(Pause(until=NOON + timedelta(days=14)))
    later.later(days=14)
    later.when(ask(1)).then(HoldGranted, Held, SupporterSnapshot)


def test_a_coordinators_word_goes_beyond_cap_and_pause() -> None:
    case = an(capacity=1).when(ask(1), Pause(until=NOON + timedelta(days=1)))
    case.when(ask(2, assigning=True)).then(HoldGranted, Held, some(SupporterSnapshot, load=2, capacity=1))


def test_what_was_never_held_is_not_freed() -> None:
    an().when(free(1)).then()
    an().when(ask(1, 2)).when(free(1, 1)).then()


cases, numbers = st.integers(1, 5), st.integers(1, 3)
talk = st.one_of(
    st.builds(ask, cases, numbers), st.builds(free, cases, numbers),
    st.just(Pause(until=NOON)), st.just(enrol("row-2")),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@having(st.lists(talk, max_size=30))
def test_never_more_cases_than_they_take(said: list[Any]) -> None:
    supporter = an()
    for one in said:
        supporter.when(one)
        assert len(supporter.state.holds) <= 2
        told = [event for event in supporter.happened if isinstance(event, SupporterSnapshot)]
        assert all(snapshot.load == len(supporter.state.holds) for snapshot in told[-1:])


@settings(max_examples=60, deadline=None)
@having(st.lists(st.one_of(talk, st.builds(ask, cases, numbers, assigning=st.just(True))), max_size=30))
def test_beyond_it_only_what_coordinators_assigned(said: list[Event]) -> None:
    supporter, assigned = an(), set()
    for one in said:
        supporter.when(one)
        if isinstance(one, HoldRequested) and one.assigning:
            assigned.add(one.case)
        assert len(supporter.state.holds.keys() - assigned) <= 2


def test_erased_they_are_asked_no_more_and_every_case_that_holds_a_place_is_told() -> None:
    someone = an().when(ask(1), ask(2, number=4)).when(Erase())
    someone.then(
        Erased, some(SupporterSnapshot, active=False),
        HoldLost(case="case-1", supporter=AN, number=1), HoldLost(case="case-2", supporter=AN, number=4),
    )  # fmt: skip
    someone.when(Erase()).then()
    someone.when(ask(3)).then(some(HoldRefused, reason="inactive"))
    someone.when(enrol("row-2")).then("erased")


def test_who_was_never_enrolled_needs_no_erasing() -> None:
    given(SUPPORTER, key=AN).when(Erase()).then("unknown")
