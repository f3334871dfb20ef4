"""Who may be asked, and who first."""

from datetime import timedelta
from typing import Any

import pytest

from services.matching import policy
from shared import region
from shared.events.roster import SupporterSnapshot
from tests.unit.given import NOON
from tests.unit.samples import KASAMA, KITAIBARAKI, MITO, TSUCHIURA, TSUKUBA, accepted, roster, supporter

RESERVED = [category.code for category in region.categories().values() if category.licences]


def exclusion(one: SupporterSnapshot, asked: tuple[str, ...] = (), **changed: Any) -> str | None:
    return policy.exclusion(one, accepted(**changed), asked, NOON)


@pytest.mark.parametrize("category", RESERVED)
def test_work_reserved_by_law_never_goes_to_a_volunteer(category: str) -> None:
    volunteer = supporter("an", categories=(category,))
    assert exclusion(volunteer, category=category) == "licence"
    assert policy.candidates(accepted(category=category), roster(volunteer), (), NOON) == []
    for licence in region.categories()[category].licences:
        assert exclusion(supporter("an", licences=(licence,)), category=category) is None
    assert exclusion(supporter("an", licences=("driving",)), category=category) == "licence"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"active": False}, "inactive"),
        ({"languages": ("en", "ja")}, "language"),
        ({"categories": ("office",)}, "category"),
        ({"categories": ("office", "hospital")}, None),
        ({"municipality": KITAIBARAKI}, "distance"),
        ({"paused_until": NOON + timedelta(seconds=1)}, "paused"),
        ({"paused_until": NOON}, None),
        ({"load": 2}, "full"),
        ({"load": 1}, None),
        ({"capacity": 0}, "full"),
        ({"active": False, "languages": ("en",), "load": 2}, "inactive"),
    ],
)
def test_the_first_reason_counts(changed: dict[str, Any], reason: str | None) -> None:
    assert exclusion(supporter("an", **changed)) == reason
    assert reason is None or reason in policy.REASONS


def test_who_was_asked_for_it_is_not_asked_again() -> None:
    assert exclusion(supporter("an"), ("supporter-an",)) == "asked"
    assert exclusion(supporter("an"), ("supporter-binh",)) is None


def test_a_neighbour_is_near_however_little_they_travel() -> None:
    assert region.neighbours(TSUCHIURA, TSUKUBA)
    assert exclusion(supporter("an", municipality=TSUCHIURA, max_distance_km=0)) is None
    assert not region.neighbours(KASAMA, TSUKUBA)
    assert exclusion(supporter("an", municipality=KASAMA, max_distance_km=0)) == "distance"


def test_how_far_they_go_is_up_to_them_and_does_not_matter_on_the_phone() -> None:
    way = region.distance_km(KASAMA, TSUKUBA)
    assert exclusion(supporter("an", municipality=KASAMA, max_distance_km=int(way) + 1)) is None
    assert exclusion(supporter("an", municipality=KASAMA, max_distance_km=int(way))) == "distance"
    assert exclusion(supporter("an", municipality=KITAIBARAKI), mode="phone") is None


def score(one: SupporterSnapshot, **changed: Any) -> dict[str, float]:
    return policy.score(one, accepted(**changed), NOON).model_dump()


def test_the_best_score_is_one_and_its_weights_make_a_whole() -> None:
    assert sum(policy.WEIGHTS.values()) == pytest.approx(1)
    assert score(supporter("an")) == {"language": 1, "distance": 1, "fairness": 1, "load": 1, "total": 1}


@pytest.mark.parametrize(
    ("part", "changed", "value"),
    [
        (
            "distance",
            {"municipality": MITO, "max_distance_km": 100},
            1 - region.distance_km(MITO, TSUKUBA) / 60,
        ),
        ("fairness", {"asked_at": NOON - policy.RESTED / 2}, 0.5),
        ("fairness", {"asked_at": NOON}, 0),
        ("fairness", {"asked_at": NOON - 2 * policy.RESTED}, 1),
        ("load", {"load": 1}, 0.5),
        ("load", {"capacity": 4, "load": 1}, 0.75),
    ],
)
def test_each_part_counts_by_its_weight(part: str, changed: dict[str, Any], value: float) -> None:
    got = score(supporter("an", **changed))
    assert got[part] == pytest.approx(value, abs=0.001)
    assert got["total"] == pytest.approx(1 - policy.WEIGHTS[part] * (1 - value), abs=0.002)


def test_the_residents_first_language_is_best() -> None:
    wants = ("vi", "en")
    assert score(supporter("an"), languages=wants)["language"] == 1
    assert score(supporter("an", languages=("en",)), languages=wants)["language"] == pytest.approx(0.85)
    assert score(supporter("an", languages=("en", "vi")), languages=wants)["language"] == 1
    assert score(supporter("an", languages=("zh-Hans",)), languages=("zh",))["language"] == pytest.approx(0.9)


def test_on_the_phone_the_way_does_not_count() -> None:
    assert score(supporter("an", municipality=KITAIBARAKI), mode="phone")["distance"] == 1


def test_the_best_come_first_and_equals_by_their_keys() -> None:
    people = roster(supporter("c"), supporter("a"), supporter("b", load=1), supporter("d", municipality=TSUCHIURA))
    found = policy.candidates(accepted(), people, (), NOON)
    assert [one.supporter[-1] for one in found] == ["a", "c", "d", "b"]
    assert found[2].distance_km == pytest.approx(region.distance_km(TSUCHIURA, TSUKUBA))


def test_exclusions_are_counted_by_their_reasons() -> None:
    people = roster(supporter("a"), supporter("b", load=2), supporter("c", load=2), supporter("d", active=False))
    assert policy.exclusions(accepted(), people, (), NOON) == {"inactive": 1, "full": 2}


@pytest.mark.parametrize("urgency", policy.PATIENCE)
@pytest.mark.parametrize("hour", range(24))
def test_an_offer_made_at_any_hour_can_be_answered_by_day_and_lapses_by_day(urgency: str, hour: int) -> None:
    made = NOON + timedelta(hours=hour)
    ends = policy.expiry(urgency, made)
    assert not region.is_quiet(ends)
    assert ends - region.next_waking(made) >= policy.PATIENCE[urgency]


def test_the_more_urgent_the_sooner_and_the_wider() -> None:
    order = ["urgent", "soon", "routine"]
    assert sorted(policy.PATIENCE, key=policy.PATIENCE.__getitem__) == order
    assert sorted(policy.WAVE, key=policy.WAVE.__getitem__, reverse=True) == order
