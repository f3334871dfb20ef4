"""A person's data: nowhere but sealed, opened by who may, and for nobody once erased."""

import asyncio
import base64
import json
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer

from shared.errors import TsunaguError
from shared.seal import seal_json
from shared.shelf import GONE
from shared.store import MongoStore, connect
from tests.delivery.support.network import Network, until
from tests.delivery.support.partner import Partner, envelope, join
from tests.flow import test_round
from tests.flow.evidence import hits, traces
from tests.flow.visitor import COORDINATOR, Visitor
from tsunagu.commands import audit, erase
from tsunagu.where import Where, kafka_of

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]

NAME, LATIN, PHONE, MAIL, STREET = "秘匿 花子", "zhivago", "090-7777-0142", "hanako@geheim.example", "Geheimweg 17"
PLANTED = (NAME, LATIN, PHONE, MAIL, STREET)
RESIDENT = {"name": NAME, "contacts": f"{PHONE}, {MAIL}", "note": f"lives at {STREET}, born {LATIN}"}
ROSTER = "supporter_id,name,email,languages,municipality,capacity\n"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def partner(shared_network: Network) -> Partner:
    return (await join(shared_network, ["privacy"]))["privacy"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def visitor(shared_network: Network, partner: Partner) -> Visitor:
    await until("ready", shared_network.ready, 60)
    return Visitor(shared_network, partner.api_key, await shared_network.signed_in("matching", COORDINATOR))


def referral(reference: str, **changes: Any) -> dict[str, Any]:
    """In languages that the other tests leave alone: supporters have only so many places."""
    return test_round.referral(reference, **{"languages": ["en"], "mode": "phone", **changes})


def where(net: Network) -> Where:
    return Where(kafka_of(net.where.kafka), net.where.mongo, net.where.services, None)


async def import_rows(visitor: Visitor, *rows: str) -> dict[str, Any]:
    file = (ROSTER + "".join(f"{row}\n" for row in rows)).encode()
    answer = await visitor.net.http.post(
        visitor.url("matching", "/supporters/import"), files={"file": ("roster.csv", file)},
        headers={**visitor.desk, "accept": "application/json"},
    )  # fmt: skip
    found: dict[str, Any] = answer.json()
    return found


async def assigned(visitor: Visitor, reference: str, **changes: Any) -> tuple[str, str]:
    """(case, link of who has taken it)."""
    answer = await visitor.post("/referrals", referral(reference, resident=RESIDENT, **changes))
    assert answer.status_code == 202, answer.text
    case = answer.json()["case"]
    link = (await visitor.links(case, "offer"))[0]
    assert (await visitor.form(link, "accept")).status_code == 303
    await visitor.reaches(reference, "in-progress")
    return case, link


WRONG_FIELDS: dict[str, dict[str, Any]] = {
    "category": {"category": LATIN},
    "languages": {"languages": [LATIN]},
    "municipality": {"municipality": NAME},
    "mode": {"mode": LATIN},
    "urgency": {"urgency": PHONE},
    "when": {"when": {"from": NAME, "to": STREET}},
    "consent": {"consent": {"given_by": NAME, "given_at": MAIL, "scope": LATIN, "evidence": STREET}},
    "resident": {"resident": NAME},
    "resident-in-clear": {"resident": RESIDENT},
    "reference": {"reference": f"{NAME} {PHONE}"},
    "unknown": {"name": NAME, LATIN: STREET, "contacts": {MAIL: PHONE}},
}


async def publish_wrongly(partner: Partner) -> None:
    """Names in every wrong place of a record."""
    sealed = seal_json(RESIDENT, partner.keys)
    for what, changes in WRONG_FIELDS.items():
        body = {**referral(f"wrong-{what}", resident=sealed), **changes}
        await partner.send(json.dumps(body).encode(), f"wrong-{what}")
    body = json.dumps(referral("wrong-head", resident=sealed)).encode()
    for number, (name, value) in enumerate((
        ("ce_type", f"tsunagu.{LATIN}.v1"), ("ce_source", NAME), ("ce_time", PHONE), (f"ce_{LATIN}", STREET),
        ("content-type", f"text/{LATIN}"),
    )):  # fmt: skip
        head = [(n, v) for n, v in envelope(partner.org, f"head-{number}") if n != name]
        await partner.send(body, f"wrong-head-{number}", [*head, (name, value.encode())])
    await partner.send(f"{NAME} {STREET} {LATIN}".encode(), "no-json")
    await partner.send(json.dumps([NAME, RESIDENT]).encode(), "a-list")
    await partner.send(json.dumps({"reference": "huge", "note": NAME * 200_000}).encode(), "huge")
    inner = {"name": NAME, LATIN: PHONE}
    await partner.send(json.dumps(referral("odd", resident=seal_json(inner, partner.keys))).encode(), "odd")
    withdrawal = {"reference": "wrong-withdrawal", "reason": LATIN}
    await partner.send(
        json.dumps(withdrawal).encode(), "wrong-withdrawal",
        envelope(partner.org, "withdrawal", "tsunagu.referral.withdrawn.v1"),
    )  # fmt: skip
    await partner.send(json.dumps(referral("after-all", resident=sealed)).encode(), "after-all")


async def ask_wrongly(visitor: Visitor, link: str) -> None:
    """The same over HTTP and on pages."""
    for what, changes in WRONG_FIELDS.items():
        await visitor.post("/referrals", {**referral(f"http-{what}"), **changes})
    await visitor.net.http.delete(
        visitor.url("intake", "/referrals/http-reason"), params={"reason": LATIN}, headers=visitor.head
    )
    await visitor.form(link, "report", minutes=NAME, outcome=LATIN)
    await visitor.form(link, "drop-out", reason=LATIN)
    await visitor.net.http.get(visitor.url("notify", f"/offers/{LATIN}"), params={"name": NAME})
    await import_rows(
        visitor, f"S-good,{NAME},{MAIL},vi,08220,2", f"S-bad,{NAME},{MAIL},{LATIN},{STREET},{PHONE}",
        f"{NAME},{NAME},{MAIL},vi,08220,2",
    )  # fmt: skip


@pytest.mark.parametrize("before", range(6))
@pytest.mark.parametrize("text", PLANTED)
async def test_the_search_finds_what_is_written_in_base64(text: str, before: int) -> None:
    around = b"x" * before + text.encode() + b"y"
    for written in (base64.b64encode(around), base64.urlsafe_b64encode(around)):
        assert hits([("there", written)], PLANTED) == ["there"]
    assert hits([("there", base64.b64encode(b"x" * before + text.encode()[:-1] + b"y"))], PLANTED) == []


async def test_nothing_of_a_person_is_anywhere_in_the_clear(visitor: Visitor, partner: Partner) -> None:
    case, link = await assigned(visitor, "seen-1")
    assert NAME in (await visitor.net.http.get(link)).text, "whose case it is may see it"
    await ask_wrongly(visitor, link)
    await publish_wrongly(partner)
    await visitor.reaches("after-all", "accepted")
    assert (await visitor.form(link, "drop-out", reason="ill")).status_code == 303
    again = [one for one in await visitor.links(case, "offer", 4) if one != link][-1]
    await visitor.form(again, "decline", reason="no_time")
    await visitor.post("/referrals", referral("seen-2", resident=RESIDENT, languages=["km"]))
    await visitor.reaches("seen-2", "on-hold")
    await asyncio.sleep(1)  # what comes late is evidence, too
    found = await traces(visitor.net)
    assert len(found) > 100 and hits(found, ["seen-1"]), "the search finds what is there"
    assert hits(found, PLANTED) == []


async def test_erased_nobody_opens_it_and_everybody_knows(visitor: Visitor, partner: Partner) -> None:
    case, link = await assigned(visitor, "gone-1", languages=["zh"], mode="phone")
    assert NAME in (await visitor.net.http.get(link)).text
    assert await erase.run(where(visitor.net), "privacy/gone-1") == 0
    gone = await visitor.reaches("gone-1", "cancelled")
    assert gone["updates"][-1]["type"] == "tsunagu.referral.erased.v1"
    page = await visitor.net.http.get(link)
    assert NAME not in page.text and PHONE not in page.text
    intake = MongoStore(connect(visitor.net.where.mongo), "tsunagu_intake")
    assert await intake.rows("keys").find([case]) == {case: GONE}
    assert await erase.run(where(visitor.net), case) == 0, "again: nothing more happens"
    again = await visitor.post("/referrals", referral("gone-1", resident=RESIDENT))
    assert again.status_code == 422 and again.json()["errors"][0]["code"] == "erased"
    await partner.send(json.dumps(referral("gone-1", resident=seal_json(RESIDENT, partner.keys))).encode(), "gone-1")

    async def refused() -> bool:
        return bool((await visitor.state("gone-1"))["updates"][-1]["reason"] == "erased")

    await until("refused on Kafka, too", refused, 10)
    fresh = await visitor.post("/referrals", referral("gone-1-anew", resident=RESIDENT))
    assert fresh.status_code == 202, "the same person under a new reference is a new case"


async def test_an_erased_supporter_is_asked_no_more_and_their_case_is_somebody_elses(visitor: Visitor) -> None:
    case, link = await assigned(visitor, "lost-1")
    before = await visitor.links(case, "offer")
    matching = MongoStore(connect(visitor.net.where.mongo), "tsunagu_matching")
    supporter = str((await matching.load([case]))[case].state["assigned"])
    assert await erase.run(where(visitor.net), supporter) == 0
    released = await visitor.reaches("lost-1", "accepted")
    assert released["updates"][-1]["reason"] == "supporter_erased"
    assert NAME not in (await visitor.net.http.get(link)).text
    assert len(await visitor.links(case, "offer", len(before) + 1)) > len(before)
    refused = await import_rows(visitor, f"{supporter.removeprefix('supporter-')},Somebody,a@b.example,vi,08220,2")
    assert refused["imported"] == 0 and "erased" in refused["errors"][0]["message"]


async def test_every_opening_is_in_a_chain(visitor: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    case, link = await assigned(visitor, "noted-1", languages=["pt"], mode="phone")
    await visitor.net.http.get(link)
    assert await audit.run(where(visitor.net), None, case, 50) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("network:inlet" in line and "taken_in" in line for line in lines)
    assert any("supporter:supporter-" in line and line.endswith("page") for line in lines)
    notify = MongoStore(connect(visitor.net.where.mongo), "tsunagu_notify").rows("audit")
    rows = [(id, row) async for id, row in notify.every()]
    (id, row), (last, newest) = rows[1], rows[-1]
    await notify.put(id, {**row, "why": "nothing"})
    try:
        assert await audit.run(where(visitor.net), "notify", None, 5) == 1
        assert "BROKEN from line 2 on" in capsys.readouterr().out
    finally:
        await notify.put(id, row)
    await notify.discard([last])
    try:
        assert await audit.run(where(visitor.net), "notify", None, 5) == 1
        assert f"BROKEN from line {len(rows)} on" in capsys.readouterr().out, "what is cut off at the end was told"
    finally:
        await notify.put(last, newest)


async def test_a_slip_erases_nobody(visitor: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    assert await erase.run(where(visitor.net), "privacy/slip-1") == 1
    assert "partner.privacy.referrals" not in capsys.readouterr().out, "others' records are left alone"
    assert (
        await visitor.net.http.get(visitor.url("intake", "/referrals/slip-1"), headers=visitor.head)
    ).status_code == 404
    assert (await visitor.post("/referrals", referral("slip-1", resident=RESIDENT))).status_code == 202
    assert await erase.run(where(visitor.net), "supporter-S-slip") == 1
    assert (await import_rows(visitor, "S-slip,Somebody,a@b.example,vi,08220,2"))["imported"] == 1


@pytest.mark.parametrize("ref", ["nobody", "", "/", "org/"])
async def test_who_cannot_be_named_is_not_erased(visitor: Visitor, ref: str) -> None:
    with pytest.raises(Exception, match="names nobody"):
        await erase.run(where(visitor.net), ref)


async def test_a_partner_that_there_is_not_is_named_and_no_topic_is_made(visitor: Visitor) -> None:
    with pytest.raises(TsunaguError, match=r"there is no partner privat: known are .*privacy"):
        await erase.run(where(visitor.net), "privat/gone-1")
    consumer = AIOKafkaConsumer(**visitor.net.kafka.options())
    await consumer.start()
    assert "partner.privat.referrals" not in await consumer.topics()
    await consumer.stop()
