"""How a partner writes a time, and what it is told where it has written something else."""

import pytest

from services.intake.inlets.taking import Unfit, to_command
from shared.events.referrals import ReferralPublished
from tests.unit.samples import referral

TIMES = {
    "seconds": 1_744_678_800, "milliseconds": 1_744_678_800_000.0, "seconds as text": "1744678800", "yes": True,
    "nothing": "", "no zone": "2025-04-15T10:00:00", "a day": "2025-04-15", "another calendar": "令和7年4月15日",
    "no such day": "2025-02-29T10:00:00Z",
}  # fmt: skip


@pytest.mark.parametrize("what", TIMES)
def test_a_time_is_written_as_iso_8601_has_it(what: str) -> None:
    """A number would be taken for seconds, or for milliseconds, by its size."""
    consent = {**referral()["consent"], "given_at": TIMES[what]}
    with pytest.raises(Unfit) as unfit:
        to_command("city", "p-1", ReferralPublished.type, referral(consent=consent))
    (flaw,) = unfit.value.flaws
    assert (flaw.field, flaw.code) == ("consent.given_at", "malformed")
    assert "ISO 8601 has it: 2026-04-01T09:00:00+09:00" in flaw.message


@pytest.mark.parametrize("day", [20_000, "20000", "2025/04/15", "2025-04-15T10:00:00+09:00", True])
def test_a_day_is_written_as_iso_8601_has_it(day: object) -> None:
    with pytest.raises(Unfit) as unfit:
        to_command("city", "p-1", ReferralPublished.type, referral(arrived_on=day))
    assert [flaw.message for flaw in unfit.value.flaws] == [
        "arrived_on: a day is needed, as ISO 8601 has it: 2026-04-01"
    ]


@pytest.mark.parametrize("time", ["2025-12-01T10:00+09:00", "2025-12-01t01:00:00z", "2025-12-01 10:00:00.5+0900"])
def test_a_time_may_be_short_or_fine(time: str) -> None:
    consent = {**referral()["consent"], "given_at": time}
    assert to_command("city", "p-1", ReferralPublished.type, referral(consent=consent))
