"""What is wrong with a referral is told in the partner's terms, with what there is to choose from."""

from typing import Any

import pytest

from services.intake.domain.admission import unknown_codes
from services.intake.inlets.taking import Unfit, to_command
from shared import region
from shared.events.referrals import ReferralPublished
from shared.privacy.person import Resident
from tests.unit.samples import referral


def told(**changes: Any) -> str:
    with pytest.raises(Unfit) as unfit:
        to_command("city", "r-1", ReferralPublished.type, referral(**changes))
    (flaw,) = unfit.value.flaws
    return flaw.message


def test_who_sends_too_long_a_note_reads_how_long_one_may_be() -> None:
    message = told(resident=".".join(["n" * 44_000] * 5))
    for field in Resident.model_fields.values():
        (most,) = (one.max_length for one in field.metadata if hasattr(one, "max_length"))
        assert f"{most:,}" in message
    assert "44000" not in message


def test_an_unknown_code_is_answered_with_the_nearest_or_where_all_of_them_are() -> None:
    messages = [flaw.message for flaw in unknown_codes({"category": "x", "languages": ["xx"], "municipality": "99999"})]
    assert all(code in messages[0] for code in region.categories())
    assert all("/events" in message for message in messages[1:]) and len(messages) == 3
    assert "did you mean hospital?" in unknown_codes({"category": "hospitl"})[0].message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"category": "Krankenhaus"}, "hospital"),
        ({"municipality": "Tsukuba"}, "five digits"),
        ({"languages": ["v"]}, "BCP 47"),
        ({"reference": "R 1"}, "1 to 64 letters"),
    ],
)
def test_no_pattern_is_told_but_what_is_meant_by_it(changes: dict[str, Any], words: str) -> None:
    message = told(**changes)
    assert words in message and "pattern" not in message and "\\" not in message
