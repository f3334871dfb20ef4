"""Forms that no page of ours sends, posted all the same: refused as such, and nobody's word is repeated."""

from pathlib import Path

import pytest

from services.notify import web
from services.notify.links import Link, Links
from shared.access import Role
from shared.i18n import LANGUAGES, translator
from shared.kafka.connection import Kafka
from tests.contract.houses import LINK_SECRET, SAME, browser, built, signed_in
from tests.unit.samples import referral

FRAMEWORKS = ("Input should", "required", "Value error", "string", "UploadFile", "minutes:", "a request has")
"""Words that no page of ours has."""


async def test_a_form_that_no_page_of_ours_sends_is_told_so(database: str, tmp_path: Path) -> None:
    at = await signed_in(built(database, tmp_path), "matching", Role.COORDINATOR)
    for what, form in (("assign", {"supporter": "nobody"}), ("assign", {}), ("close", {"reason": "Nguyen wants no"}),
                       ("close", {"reason": "not_one_of_the_page"})):  # fmt: skip
        answer = await at.post(f"/cases/case-1/{what}", data=form, headers=SAME)
        assert answer.status_code == 422 and "Nguyen" not in answer.text


@pytest.mark.parametrize("query", ["dry_run=true&dry_run=false", "dry_run=true&dry-run=true"])
async def test_a_dry_run_that_is_also_asked_otherwise_publishes_nothing(
    database: str, tmp_path: Path, query: str
) -> None:
    at = await signed_in(built(database, tmp_path), "intake", Role.PARTNER, accept="application/json")
    for method, path in (("POST", "/referrals"), ("PUT", "/referrals/r-1"), ("DELETE", "/referrals/r-1")):
        answer = await at.request(method, f"{path}?{query}", json=referral(reference="r-1"), headers=SAME)
        assert answer.status_code == 422 and answer.json()["type"].endswith(":unknown_parameter")


async def test_nothing_is_decided_about_a_case_that_there_is_not(database: str, tmp_path: Path) -> None:
    at = await signed_in(built(database, tmp_path), "matching", Role.COORDINATOR)
    for case in ("case-1", "supporter-an", "x"):
        for what, form in (
            ("assign", {"supporter": "supporter-an"}),
            ("ask-again", {}),
            ("close", {"reason": "nobody_free"}),
        ):
            answer = await at.post(f"/cases/{case}/{what}", data=form, headers=SAME)
            assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("form", "asked"), [
    ({"minutes": "-5", "outcome": "resolved"}, ["How many minutes did it take?"]),
    ({"minutes": "about an hour"}, ["How many minutes did it take?", "How did it go?"]),
    ({"minutes": "5", "outcome": "x" * 70_000}, ["Please send it in smaller parts."]),
])  # fmt: skip
async def test_what_does_not_fit_is_named_as_the_page_asks_for_it(
    database: str, tmp_path: Path, language: str, form: dict[str, str], asked: list[str]
) -> None:
    at = browser(built(database, tmp_path)["notify"].app, "notify")
    link = Links(LINK_SECRET, "").url(Link("supporter-an", "case-1", 1), language)
    answer = await at.post(link.replace("?", "/report?"), data=form, headers=SAME)
    texts = translator(language)
    assert answer.status_code in (413, 422) and all(texts.gettext(text) in answer.text for text in asked)
    assert not [words for words in FRAMEWORKS if words in answer.text.partition("<main")[2]]


async def test_an_import_without_a_file_asks_for_one(database: str, tmp_path: Path) -> None:
    at = await signed_in(built(database, tmp_path), "matching", Role.COORDINATOR)
    answer = await at.post("/supporters/import?lang=ja", data={"file": "roster.csv"}, headers=SAME)
    assert answer.status_code == 422 and "CSVファイル（UTF-8またはShift_JIS）" in answer.text
    assert not [words for words in FRAMEWORKS if words in answer.text.partition("<main")[2]]


async def test_what_is_not_decided_in_time_is_told_to_be_on_its_way(
    database: str, kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that looked as before would say that nothing has happened. Nobody reads this generation of topics."""
    monkeypatch.setattr(web, "FOR_PEOPLE", 0.1)
    notify = built(database, tmp_path, kafka=kafka.servers, topics_generation=77)["notify"]
    await notify.parts.bus.start()
    link = Links(LINK_SECRET, "").url(Link("supporter-an", "case-1", 1), "vi")
    answer = await browser(notify.app, "notify").post(link.replace("?", "/accept?"), headers=SAME)
    await notify.parts.bus.stop()
    assert answer.status_code == 202 and "đang được xử lý" in answer.text and f'href="{link}"' in answer.text
