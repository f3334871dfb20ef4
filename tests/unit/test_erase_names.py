"""Whom `tsunagu erase` is told to erase, and what it says where that is nobody or nobody answers."""

import pytest

from shared.errors import TsunaguError
from shared.privacy.erasing import Erased
from tsunagu.commands import erase


@pytest.mark.parametrize("ref", ["", " ", "acme", "acme/", "/R-1"])
def test_who_names_nobody_sees_what_was_taken_for_a_name(ref: str) -> None:
    with pytest.raises(TsunaguError) as refused:
        erase.named(ref)
    assert str(refused.value) == f"{ref!r} names nobody: give ORG/REFERENCE, case-… or supporter-…"


def test_a_case_that_is_stuck_answers_once_it_is_released() -> None:
    told = erase._told(erase.named("case-1"), Erased(had_key=True, answer=None))
    assert "the key is destroyed" in told and "dead-letters list --reason stuck" in told
