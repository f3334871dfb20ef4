"""Simulated people are lifelike in the mass, sensible one by one, and do not depend on who is asked first."""

from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from typing import get_args

import pytest

from shared.events.responses import DeclineReason, Outcome
from shared.region import is_quiet, zone
from tsunagu.demo.actions import Accept, Decline, DropOut, GiveUp, Report, Resume
from tsunagu.demo.days import at, next_free_hours, working_day
from tsunagu.demo.people import answer, coordinate, follow_through

SEED = 7
MONDAY = datetime(2025, 6, 2, 10, tzinfo=zone())
FRIDAY = datetime(2025, 6, 6, 18, tzinfo=zone())
MANY = range(2000)


@cache
def answers(mode: str = "in_person") -> tuple[Accept | Decline | None, ...]:
    return tuple(answer(SEED, f"S{n % 104:03}", f"case-{n}/1", MONDAY, mode) for n in MANY)


@cache
def ends(category: str = "office", until: datetime | None = None) -> tuple[Report | DropOut, ...]:
    return tuple(follow_through(SEED, "S001", f"case-{n}", category, MONDAY, until) for n in MANY)


def test_shares_of_the_answers() -> None:
    counts = Counter(type(each) for each in answers())
    assert counts[Accept] / len(MANY) == pytest.approx(0.55, abs=0.04)
    assert counts[Decline] / len(MANY) == pytest.approx(0.25, abs=0.04)
    assert counts[type(None)] / len(MANY) == pytest.approx(0.20, abs=0.04)


def test_an_answer_depends_on_its_question_alone() -> None:
    alone = answer(SEED, "S050", "case-50/1", MONDAY)
    assert alone == answers()[50]


def test_answers_fall_on_free_hours_of_the_same_or_the_next_day() -> None:
    for each in filter(None, answers()):
        assert each.at.hour in {12, 18}
        assert timedelta() < each.at - MONDAY < timedelta(days=2)
        assert not is_quiet(each.at)


def test_declines_have_a_reason_and_sometimes_a_pause() -> None:
    declines = [each for each in answers() if isinstance(each, Decline)]
    assert {each.reason for each in declines} == set(get_args(DeclineReason))
    assert {each.pause_days for each in declines} == {0, 14}


def test_on_the_telephone_nothing_is_too_far() -> None:
    assert all(each.reason != "too_far" for each in answers("phone") if isinstance(each, Decline))


def test_reports_come_in_the_evening_one_to_ten_days_later() -> None:
    reports = [each for each in ends() if isinstance(each, Report)]
    assert {(each.at.date() - MONDAY.date()).days for each in reports} == set(range(1, 11))
    assert {each.at.hour for each in reports} == {18}
    assert {each.outcome for each in reports} == set(get_args(Outcome))
    assert all(60 <= each.minutes <= 240 for each in reports)


def test_an_appointment_is_reported_on_its_evening() -> None:
    until = at(MONDAY.date() + timedelta(days=12), 16)
    assert {each.at.date() for each in ends(until=until) if isinstance(each, Report)} == {until.date()}


def test_a_few_drop_out_and_in_time() -> None:
    drop_outs = [each for each in ends() if isinstance(each, DropOut)]
    assert len(drop_outs) / len(MANY) == pytest.approx(0.03, abs=0.015)
    assert all(MONDAY < each.at <= at(MONDAY.date() + timedelta(days=1), 12) for each in drop_outs)


@pytest.mark.parametrize(
    ("reason", "asked_again"),
    [("all_at_cap", 2), ("all_declined", 2), ("too_far", 1), ("nobody_speaks_it", 0), ("no_specialist", 0)],
)
def test_a_coordinator_has_it_asked_again_and_then_gives_up(reason: str, asked_again: int) -> None:
    monday = at(datetime(2025, 6, 9).date(), 12)  # noqa: DTZ001
    for resumed in range(asked_again):
        assert coordinate(reason, FRIDAY, resumed) == Resume(monday)
    assert coordinate(reason, FRIDAY, asked_again) == GiveUp(monday, reason)


def test_free_hours_are_strictly_later() -> None:
    noon = at(MONDAY.date(), 12)
    assert [hour.hour for hour in next_free_hours(noon)] == [18, 12, 18]


@pytest.mark.parametrize(
    ("day", "works"),
    [("2025-06-02", True), ("2025-06-07", False), ("2025-05-05", False), ("2025-12-29", False)],
)
def test_working_days(day: str, works: bool) -> None:
    assert working_day(datetime.fromisoformat(day).date()) is works
