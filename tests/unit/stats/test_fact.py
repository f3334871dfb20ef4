"""A fact is the same in whatever order the topics were read; figures are counted from facts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as having
from hypothesis import settings
from hypothesis import strategies as st

from services.stats.domain.fact import FACT, Fact, Noted
from services.stats.queries import count, state
from shared.events import cases, matches, responses
from shared.events.matches import Score
from tests.unit.given import NOON, given, some
from tests.unit.samples import CASE, accepted, amended

WHO = {"case": CASE, "supporter": "supporter-an"}
OFFERED = matches.Offered(**WHO, wave=1, score=Score(), expires_at=NOON)
ASSIGNED, RELEASED = matches.Assigned(**WHO), matches.Released(**WHO, reason="ill")
COMPLETED = matches.Completed(**WHO, outcome="resolved", minutes=90)
DECLINED, EXPIRED = matches.Declined(**WHO, reason="no_time"), matches.Expired(**WHO)
ESCALATED, UNSERVED = (kind(case=CASE, reason="all_declined") for kind in (matches.Escalated, matches.Unserved))
WITHDRAWN, CLOSED = cases.CaseWithdrawn(case=CASE, reason="not_needed"), cases.CaseClosed(case=CASE)
FAILED = responses.DeliveryFailed(**WHO, number=1, kind="offer", reason="refused")

Timed = tuple[Any, datetime]


def timed(*events: Any, start: int = 0) -> list[Timed]:
    """One an hour."""
    return [(event, NOON + timedelta(hours=start + n)) for n, event in enumerate(events)]


TOPICS: list[list[Timed]] = [
    timed(accepted(), amended(category="labour", municipality="08201"), CLOSED),
    timed(OFFERED, DECLINED, OFFERED, ASSIGNED, RELEASED, ESCALATED, matches.Resumed(case=CASE),
          OFFERED, EXPIRED, ESCALATED, OFFERED, ASSIGNED, COMPLETED, start=1),
    timed(responses.OfferDeclined(**WHO, number=1, reason="no_time"), FAILED, start=1),
]  # fmt: skip


def fact(*read: Timed) -> Fact:
    document = given(FACT)
    for event, at in read:
        document.when(event, at=at)
    found = document.state
    assert isinstance(found, Fact)
    return found


def known(*events: Any) -> Fact:
    return fact(*timed(accepted(), *events))


IN_ORDER = fact(*(event for topic in TOPICS for event in topic))


def test_all_that_is_counted_of_a_case() -> None:
    expected = Fact(
        category="labour", municipality="08201", language="vi", org="city", received_at=NOON,
        offered_at=NOON + timedelta(hours=1), assigned_at=NOON + timedelta(hours=4),
        closed_at=NOON + timedelta(hours=2), offers=4, declined=1, expired=1, assignments=2, dropped_out=1,
        outcome="resolved", minutes=90, escalated_at=NOON + timedelta(hours=6), escalations={"all_declined": 2},
        undelivered={"offer": 1},
    )  # fmt: skip
    assert expected == IN_ORDER


@settings(max_examples=60, deadline=None)
@having(st.permutations([topic for topic, events in enumerate(TOPICS) for _ in events]))
def test_the_order_between_topics_does_not_matter(order: Sequence[int]) -> None:
    left = [iter(topic) for topic in TOPICS]
    assert fact(*(next(left[topic]) for topic in order)) == IN_ORDER


def test_what_is_not_counted_leaves_no_trace() -> None:
    given(FACT).when(responses.OfferAccepted(**WHO, number=1)).then()
    noted = given(FACT).when(accepted(), at=NOON).then(some(Noted, at=NOON)).happened[0]
    assert "a.b.c.d.e" not in noted.model_dump_json() and "R-1" not in noted.model_dump_json()


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], "asking"),
        ([OFFERED, ASSIGNED], "assigned"),
        ([OFFERED, ASSIGNED, RELEASED], "asking"),
        ([OFFERED, ASSIGNED, RELEASED, ASSIGNED], "assigned"),
        ([OFFERED, ASSIGNED, COMPLETED], "completed"),
        ([ESCALATED, UNSERVED], "unserved"),
        ([OFFERED, ASSIGNED, WITHDRAWN], "withdrawn"),
    ],
)
def test_where_a_case_stands(events: list[Any], expected: str) -> None:
    assert state(known(*events)) == expected


def test_who_had_to_give_a_case_back_has_not_dropped_out() -> None:
    taken = [matches.Released(**WHO, reason=reason) for reason in ("amended", "reassigned", "supporter_erased")]
    for released in taken:
        back = known(OFFERED, ASSIGNED, released)
        assert (back.dropped_out, back.taken_back, state(back)) == (0, 1, "asking")
    offers = count([known(OFFERED, ASSIGNED, taken[0], ASSIGNED, RELEASED)]).as_json()["offers"]
    assert (offers["dropped_out"], offers["taken_back"]) == (1, 1)


def test_a_language_counts_once_however_partners_write_it() -> None:
    said = [fact(*timed(accepted(languages=(tag,)))) for tag in ("vi", "VI", "vi-VN", "zh-TW")]
    figures = count(said)
    assert figures.as_json()["languages"] == {"vi": 3, "zh-Hant": 1}
    assert {waiting.language for waiting in figures.waiting} == {"vi", "zh-Hant"}


def test_figures() -> None:
    figures = count([
        known(OFFERED, ASSIGNED, COMPLETED),
        known(OFFERED, DECLINED, ESCALATED, UNSERVED),
        fact(*timed(accepted(category="tax_filing", languages=("ne",)))),
        fact(*timed(OFFERED)),  # known by hearsay only: not counted yet
    ]).as_json()  # fmt: skip
    rows = {row["label"]: row for row in figures["table"]}
    assert rows["hospital"] == {
        "label": "hospital",
        "received": 2,
        "assigned": 1,
        "completed": 1,
        "escalated": 1,
    }
    assert rows["tax_filing"]["received"] == 1 and rows["office"]["received"] == 0
    assert "labour_filing" not in rows, "not in the programme's table, and no case"
    assert figures["received"] == 3
    assert figures["states"] == {"completed": 1, "unserved": 1, "asking": 1}
    assert figures["offers"] == {"made": 2, "declined": 1, "expired": 0, "dropped_out": 0, "taken_back": 0}
    assert figures["languages"] == {"vi": 2, "ne": 1}
    assert (figures["minutes"], figures["outcomes"], figures["unserved"]) == (
        90,
        {"resolved": 1},
        {"all_declined": 1},
    )
    assert figures["undelivered"] == {}


def test_times_are_hours_from_the_referral() -> None:
    def times(*hours: int) -> dict[str, float | None]:
        facts = [fact(*timed(accepted()), (OFFERED, NOON + timedelta(hours=hour))) for hour in hours]
        offer: dict[str, float | None] = count(facts).as_json()["times"]["offer"]
        return offer

    assert times() == {"median": None, "p90": None}
    assert times(3) == {"median": 3, "p90": 3}
    assert times(*range(1, 12)) == {"median": 6, "p90": 10}
