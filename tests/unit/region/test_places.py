"""Distances and borders."""

import pytest

from shared.region import closest, distance_km, municipalities, neighbours

MITO, TSUKUBA, HITACHINAKA = "08201", "08220", "08221"


def test_distance_is_symmetric_and_nothing_at_home() -> None:
    assert distance_km(MITO, MITO) == 0
    assert distance_km(MITO, TSUKUBA) == pytest.approx(distance_km(TSUKUBA, MITO))


def test_distance_from_mito_to_tsukuba() -> None:
    assert distance_km(MITO, TSUKUBA) == pytest.approx(47.3, abs=0.5)


def test_neighbours() -> None:
    assert neighbours(MITO, HITACHINAKA)
    assert not neighbours(MITO, TSUKUBA)


def test_an_unknown_code_is_refused_and_a_better_one_suggested() -> None:
    with pytest.raises(KeyError):
        distance_km(MITO, "8201")
    assert closest("8201", municipalities()) == "08201"
    assert closest("０８２０１", municipalities()) == "08201", "as a Japanese keyboard writes it"
    assert closest("Hospitl", ["hospital", "office"]) == "hospital"
    assert closest("????", municipalities()) is None
