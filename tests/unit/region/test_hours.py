"""The night: 21:00 to 08:00 in Tokyo, whatever zone the question comes in."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.region import is_quiet, next_waking, zone


def tokyo(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 4, day, hour, minute, tzinfo=zone())


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"), [(20, 59, False), (21, 0, True), (0, 0, True), (7, 59, True), (8, 0, False)]
)
def test_quiet(hour: int, minute: int, quiet: bool) -> None:
    assert is_quiet(tokyo(1, hour, minute)) is quiet
    assert is_quiet(tokyo(1, hour, minute).astimezone(UTC)) is quiet


def test_waking() -> None:
    assert next_waking(tokyo(1, 12)) == tokyo(1, 12)
    assert next_waking(tokyo(1, 23)) == tokyo(2, 8)
    assert next_waking(tokyo(2, 3)) == tokyo(2, 8)


def test_the_answer_comes_in_the_zone_of_the_question() -> None:
    answer = next_waking(datetime(2025, 4, 1, 14, tzinfo=UTC))
    assert answer.isoformat() == "2025-04-01T23:00:00+00:00"


def test_every_waking_is_awake_and_at_most_eleven_hours_away() -> None:
    for minutes in range(0, 24 * 60, 7):
        moment = tokyo(1, 0) + timedelta(minutes=minutes)
        assert not is_quiet(next_waking(moment))
        assert timedelta() <= next_waking(moment) - moment <= timedelta(hours=11)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        is_quiet(datetime(2025, 4, 1, 12))  # noqa: DTZ001
