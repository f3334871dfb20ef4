"""Intake's HTTP API with what people really send it."""

import json
from typing import Any

import pytest

from tests.flow.test_round import CONSENT, referral, visitor
from tests.flow.visitor import Visitor

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
__all__ = ["visitor"]


async def test_a_dry_run_only_validates(visitor: Visitor) -> None:
    answer = await visitor.post("/referrals?dry_run=true", referral("dry-1"))
    assert answer.json() == {"valid": True, "case": answer.json()["case"], "ignored": []}
    assert (await visitor.state("dry-1"))["status"] == 404


async def test_a_dry_run_changes_nothing_and_takes_nothing_back(visitor: Visitor) -> None:
    await visitor.post("/referrals", referral("dry-2"))
    url, http = visitor.url("intake", "/referrals/dry-2?dry_run=true"), visitor.net.http
    amended = await http.put(url, headers=visitor.head, json=referral("dry-2", urgency="urgent"))
    wrong = await http.put(url, headers=visitor.head, json=referral("dry-2", urgency="never"))
    withdrawn = await http.delete(f"{url}&reason=duplicate", headers=visitor.head)
    assert (amended.status_code, wrong.status_code, withdrawn.status_code) == (200, 422, 200)
    assert amended.json()["valid"] and withdrawn.json()["valid"]
    await visitor.post("/referrals", referral("dry-2", category="life"))  # refused: a step after all that was said
    steps = [step["type"].split(".")[2] for step in (await visitor.state("dry-2"))["updates"]]
    assert not {"amended", "cancelled"} & set(steps) and "rejected" in steps


async def test_a_mistyped_dry_run_publishes_nothing(visitor: Visitor) -> None:
    mistyped = await visitor.post("/referrals?dry-run=true&Nguyen=An", referral("dry-3"))
    assert mistyped.status_code == 422 and mistyped.json()["type"].endswith(":unknown_parameter")
    assert "dry_run" in mistyped.json()["detail"] and "Nguyen" not in mistyped.text
    assert (await visitor.state("dry-3"))["status"] == 404
    gone = await visitor.net.http.delete(visitor.url("intake", "/referrals/dry-3?dryrun=1"), headers=visitor.head)
    assert gone.status_code == 422


async def test_a_field_that_is_passed_over_is_named(visitor: Visitor) -> None:
    body = referral("over-1", urgensy="urgent", consent={**CONSENT, "evidense": "oral"}, **{"Nguyen Thi An": 1})
    ignored = ["?", "consent.evidense", "urgensy"]
    assert (await visitor.post("/referrals?dry_run=true", body)).json()["ignored"] == ignored
    taken = await visitor.post("/referrals", body)
    assert (taken.status_code, taken.json()["ignored"]) == (202, ignored) and "Nguyen" not in taken.text


async def test_what_is_asked_for_is_not_repeated(visitor: Visitor) -> None:
    answer = await visitor.net.http.get(visitor.url("intake", "/referrals/Nguyen Thi An"), headers=visitor.head)
    assert answer.status_code == 404 and "Nguyen" not in answer.text


async def test_every_wrong_field_is_named_at_once(visitor: Visitor) -> None:
    body = referral("bad-1", category="hospitl", languages=["xx"], municipality="99999")
    answer = await visitor.post("/referrals", body)
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    codes = {error["code"] for error in answer.json()["errors"]}
    assert codes == {"unknown_category", "unknown_language", "unknown_municipality"}
    assert "did you mean hospital?" in answer.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"consent": None}, "consent"),
        ({"reference": "no spaces"}, "reference"),
        ({"resident": "Nguyen Thi An"}, "resident"),
        ({"when": {"from": "2025-06-01T10:00:00+09:00", "to": "2025-06-01T11:00:00+09:00"}}, "when.to"),
        ({"mode": "telepathy"}, "mode"),
    ],
)
async def test_a_wrong_field_is_named(visitor: Visitor, changes: dict[str, Any], field: str) -> None:
    body = {name: value for name, value in (referral("bad-2") | changes).items() if value is not None}
    answer = await visitor.post("/referrals", body)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert "Nguyen" not in answer.text, "what was wrong may be a person's: it is not repeated"


async def test_what_is_no_json_or_too_large_or_has_no_key(visitor: Visitor) -> None:
    url = visitor.url("intake", "/referrals")
    assert (await visitor.net.http.post(url, headers=visitor.head, content=b"{")).status_code == 400
    assert (await visitor.net.http.post(url, headers=visitor.head, content=b"x" * 70_000)).status_code == 413
    assert (await visitor.net.http.post(url, json={})).status_code == 401


async def test_what_is_said_twice_is_not_guessed_at(visitor: Visitor) -> None:
    body = json.dumps(referral("double-1"))
    for twice in (f'{body[:-1]}, "category": "life"}}', body.replace('"name"', '"name": "Nguyen Van Ba", "name"')):
        answer = await visitor.net.http.post(visitor.url("intake", "/referrals"), headers=visitor.head, content=twice)
        assert answer.status_code == 400 and "twice" in answer.text and "Nguyen" not in answer.text
    assert (await visitor.state("double-1"))["status"] == 404


@pytest.mark.parametrize("key", [b"Nguyen Thi An", "山田".encode()])
async def test_a_key_that_could_be_a_name_is_refused(visitor: Visitor, key: bytes) -> None:
    """It would be kept, and told, as it came: for ever."""
    headers = {**visitor.head, "Idempotency-Key": key}
    answer = await visitor.net.http.post(visitor.url("intake", "/referrals"), headers=headers, json=referral("named-1"))
    assert answer.status_code == 422 and "Nguyen" not in answer.text
    assert "ASCII without blanks" in answer.json()["detail"] and "pattern" not in answer.text
    assert (await visitor.state("named-1"))["status"] == 404
    good = {**visitor.head, "Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}
    answer = await visitor.net.http.post(visitor.url("intake", "/referrals"), headers=good, json=referral("named-2"))
    assert answer.status_code == 202, "in quotes, as the header's draft standard writes it"


async def test_a_repeat_and_a_conflict(visitor: Visitor) -> None:
    assert (await visitor.post("/referrals", referral("twice-1"))).status_code == 202
    assert (await visitor.post("/referrals", referral("twice-1"))).status_code == 202
    conflict = await visitor.post("/referrals", referral("twice-1", category="life"))
    assert conflict.status_code == 409 and "amended" in conflict.json()["title"]
    assert len([s for s in (await visitor.state("twice-1"))["updates"] if s["type"].endswith("accepted.v1")]) == 1


async def test_withdrawing(visitor: Visitor) -> None:
    gone = visitor.url("intake", "/referrals/never-1")
    assert (await visitor.net.http.delete(gone, headers=visitor.head)).status_code == 404
    await visitor.post("/referrals", referral("gone-1"))
    url = visitor.url("intake", "/referrals/gone-1")
    assert (await visitor.net.http.delete(url, headers=visitor.head)).status_code == 202
    assert (await visitor.reaches("gone-1", "cancelled"))["state"] == "cancelled"
