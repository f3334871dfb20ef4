"""The clock of a network that is tried at night: it begins in the morning, and never goes back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.local.home import Home
from deploy.local.lock import Lock
from shared.clock import SteppedClock
from tsunagu.daytime import daytime_clock

EVENING = datetime(2025, 6, 10, 13, tzinfo=UTC)
"""Ten o'clock in Japan, when nobody is sent mail."""
MORNING = datetime(2025, 6, 11, 0, tzinfo=UTC)
DAY = datetime(2025, 6, 11, 3, tzinfo=UTC)


def shown(file: Path | None) -> datetime:
    assert file
    return SteppedClock(file).now()


def test_by_day_real_time_will_do(tmp_path: Path) -> None:
    assert daytime_clock(tmp_path / "home", now=DAY) is None
    assert not (tmp_path / "home").exists()


def test_at_night_it_is_morning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = daytime_clock(tmp_path / "home", now=EVENING)
    assert timedelta() <= shown(file) - MORNING < timedelta(minutes=1)
    assert "It is 2025-06-10 22:00 in the region" in capsys.readouterr().out


@pytest.mark.parametrize("later", [EVENING + timedelta(minutes=40), DAY - timedelta(hours=3)])
def test_a_network_that_is_started_again_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], later: datetime
) -> None:
    """Also while it runs, when a second one is refused: its clock is not touched."""
    file = daytime_clock(tmp_path, now=EVENING)
    assert file
    SteppedClock(file).jump(MORNING + timedelta(minutes=40))
    assert daytime_clock(tmp_path, now=later) == file
    assert shown(file) == MORNING + timedelta(minutes=40)
    assert "from 2025-06-11 09:40" in capsys.readouterr().out
    daytime_clock(tmp_path, fresh=True, now=EVENING)
    assert shown(file) - MORNING < timedelta(minutes=1)


def test_one_that_begins_anew_by_day_has_no_clock_left(tmp_path: Path) -> None:
    daytime_clock(tmp_path, now=EVENING)
    assert daytime_clock(tmp_path, fresh=True, now=DAY) is None
    assert daytime_clock(tmp_path, now=DAY) is None, "nor when it is started again"


def test_one_that_runs_keeps_its_clock(tmp_path: Path) -> None:
    """A second one that is to begin anew is refused, and has touched nothing."""
    file, lock = daytime_clock(tmp_path, now=EVENING), Lock(Home(tmp_path).lock_file)
    assert file and lock.take()
    SteppedClock(file).jump(MORNING + timedelta(minutes=40))
    daytime_clock(tmp_path, fresh=True, now=EVENING)
    assert shown(file) == MORNING + timedelta(minutes=40)


def test_its_own_night_is_passed_over_too(tmp_path: Path) -> None:
    file = daytime_clock(tmp_path, now=EVENING)
    assert file
    SteppedClock(file).jump(MORNING + timedelta(hours=13))
    assert shown(daytime_clock(tmp_path, now=DAY)) - MORNING >= timedelta(days=1)


@pytest.mark.parametrize("content", [b"", b"no clock"])
def test_what_is_no_clock_shows_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clock").write_bytes(content)
    assert daytime_clock(tmp_path, now=DAY) is None
