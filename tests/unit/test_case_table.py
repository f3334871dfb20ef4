"""The way of a case at a narrow terminal, or through a pipe: nothing of a time or a key is cut off."""

from datetime import UTC, datetime

import pytest

from tsunagu.commands import case


def test_times_and_keys_stand_whole(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    at = datetime(2025, 6, 10, 1, tzinfo=UTC)
    details = {"supporter": "supporter-" + "S" * 40, "expires_at": at.isoformat()}
    case._print("case-1", [case.Step(at, "matching", "tsunagu.match.offered.v1", details)])
    told = capsys.readouterr().out
    assert details["supporter"] in told and "expires_at=2025-06-10T10:00:00" in told
