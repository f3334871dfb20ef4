"""Forms that no page of ours sends, posted all the same: refused as such, and nobody's word is repeated."""

from pathlib import Path

from shared.access import Role
from tests.contract.houses import SAME, built, signed_in


async def test_a_form_that_no_page_of_ours_sends_is_told_so(database: str, tmp_path: Path) -> None:
    at = await signed_in(built(database, tmp_path), "matching", Role.COORDINATOR)
    for what, form in (("assign", {"supporter": "nobody"}), ("assign", {}), ("close", {"reason": "Nguyen wants no"})):
        answer = await at.post(f"/cases/case-1/{what}", data=form, headers=SAME)
        assert answer.status_code == 422 and "Nguyen" not in answer.text


async def test_nothing_is_decided_about_a_case_that_there_is_not(database: str, tmp_path: Path) -> None:
    at = await signed_in(built(database, tmp_path), "matching", Role.COORDINATOR)
    for case in ("case-1", "supporter-an", "x"):
        for what, form in (
            ("assign", {"supporter": "supporter-an"}),
            ("ask-again", {}),
            ("close", {"reason": "other"}),
        ):
            answer = await at.post(f"/cases/{case}/{what}", data=form, headers=SAME)
            assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")
