"""A referral goes all the way round, as its people see it."""

import json
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.errors import TsunaguError
from shared.i18n import translator
from shared.store import MongoStore, connect
from tests.delivery.support.network import SERVICES, Network, until
from tests.delivery.support.partner import join
from tests.flow.visitor import COORDINATOR, EXAMPLE, Visitor
from tsunagu.commands.case import find_case, timeline

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
CONSENT = EXAMPLE["consent"] | {"given_at": "2025-06-09T10:00:00+09:00"}
NAME = EXAMPLE["resident"]["name"]


def referral(reference: str, **changes: Any) -> dict[str, Any]:
    return EXAMPLE | {"reference": reference, "consent": CONSENT} | changes


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def visitor(shared_network: Network) -> Visitor:
    partners = await join(shared_network, ["flow"])
    await until("ready", shared_network.ready, 60)
    desk = await shared_network.signed_in("matching", COORDINATOR)
    return Visitor(shared_network, partners["flow"].api_key, desk)


async def test_from_referral_to_report(visitor: Visitor) -> None:
    answer = await visitor.post("/referrals", referral("round-1"))
    assert answer.status_code == 202 and answer.headers["location"] == "/referrals/round-1"
    case = answer.json()["case"]
    first, second = (await visitor.links(case, "offer", 3))[:2]
    page = await visitor.net.http.get(first)
    assert NAME not in page.text, "who it is for is nobody's business yet"
    assert (await visitor.form(first, "accept")).status_code == 303
    assert (await visitor.form(first, "accept")).status_code == 303, "a button that was pressed twice"
    await visitor.reaches("round-1", "in-progress")
    assert (await visitor.form(first, "accept")).status_code == 303
    await visitor.links(case, "taken", 2)
    page = await visitor.net.http.get(first)
    assert NAME in page.text
    assert NAME not in (await visitor.net.http.get(second)).text
    late = await visitor.form(f"{second.partition('?')[0]}?lang=en", "accept")
    assert late.status_code == 409 and "Another supporter is helping" in late.text, "nor that they had answered"
    assert (await visitor.form(first, "report", minutes=45, outcome="resolved")).status_code == 303
    done = await visitor.reaches("round-1", "completed")
    assert [step["type"].split(".")[2] for step in done["updates"]] == ["accepted", "offered", "assigned", "completed"]
    assert (done["updates"][-1]["outcome"], done["updates"][-1]["minutes"]) == ("resolved", 45)
    await _told_on_kafka(visitor, done["updates"])
    await _seen_in_all_services(visitor, case)


async def _told_on_kafka(visitor: Visitor, updates: list[dict[str, Any]]) -> None:
    """The partner reads the same steps on its own topic, numbered without holes."""
    place = TopicPartition("partner.flow.updates", 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=visitor.net.where.kafka)
    await consumer.start()
    consumer.assign([place])
    consumer.seek(place, 0)
    read: list[Any] = []

    async def all_there() -> bool:
        read.extend(r for rs in (await consumer.getmany(timeout_ms=300)).values() for r in rs if r.key == b"round-1")
        return len(read) >= len(updates)

    await until("updates on the topic", all_there, 10)
    await consumer.stop()
    heads = [dict(record.headers) for record in read]
    assert [head["ce_sequence"] for head in heads] == [b"1", b"2", b"3", b"4"]
    assert [json.loads(record.value)["state"] for record in read] == [step["state"] for step in updates]


async def _seen_in_all_services(visitor: Visitor, case: str) -> None:
    client = connect(visitor.net.where.mongo)
    stores = {name: MongoStore(client, f"tsunagu_{name}") for name in SERVICES}
    assert {await find_case(stores["intake"], ref) for ref in ("round-1", "flow/round-1", case)} == {case}
    for nobodys in ("flow/round-0", "round-0", "other/round-1", "", " "):
        with pytest.raises(TsunaguError, match="give ORG/REFERENCE"):
            await find_case(stores["intake"], nobodys)

    async def everywhere() -> bool:
        return {step.service for step in await timeline(stores, case)} == set(SERVICES)

    await until("all four services know of it", everywhere, 10)
    steps = [step.type for step in await timeline(stores, case)]
    way = [
        "case.accepted",
        "offer.made",
        "response.accepted",
        "match.assigned",
        "offer.confirmed",
        "referral.completed",
    ]
    places = [steps.index(f"tsunagu.{what}.v1") for what in way]
    assert places == sorted(places), steps


async def test_dropping_out_has_others_asked(visitor: Visitor) -> None:
    case = (await visitor.post("/referrals", referral("round-2"))).json()["case"]
    asked = await visitor.links(case, "offer", 3)
    assert (await visitor.form(asked[0], "accept")).status_code == 303
    await visitor.reaches("round-2", "in-progress")
    assert (await visitor.form(asked[0], "drop-out", reason="ill")).status_code == 303
    again = [link for link in await visitor.links(case, "offer", 4) if link not in asked]
    assert (await visitor.form(again[0], "decline", reason="no_time")).status_code == 303


async def test_who_helps_is_told_what_the_partner_has_changed(visitor: Visitor) -> None:
    case = (await visitor.post("/referrals", referral("round-5"))).json()["case"]
    link = (await visitor.links(case, "offer"))[0]
    assert (await visitor.form(link, "accept")).status_code == 303
    await visitor.links(case, "confirmed", 1)
    changed = referral("round-5", mode="phone", urgency="routine")
    answer = await visitor.net.http.put(visitor.url("intake", "/referrals/round-5"), headers=visitor.head, json=changed)
    assert answer.status_code == 202
    await visitor.links(case, "confirmed", 2)
    first, second = await visitor.mails(case, "confirmed")
    new = translator(link.rpartition("=")[2]).gettext("new")
    assert [letter["text"].count(f"({new})") for letter in (first, second)] == [0, 2], second["text"]
    assert first["subject"] != second["subject"]


async def test_who_reports_what_was_changed_meanwhile_reads_that_it_does_not_count(visitor: Visitor) -> None:
    """Their page was open, and is about work now that only a licence allows."""
    case = (await visitor.post("/referrals", referral("round-6"))).json()["case"]
    link = (await visitor.links(case, "offer"))[0].partition("?")[0] + "?lang=en"
    assert (await visitor.form(link, "accept")).status_code == 303
    await visitor.links(case, "confirmed")
    changed = referral("round-6", category="residence_application")
    answer = await visitor.net.http.put(visitor.url("intake", "/referrals/round-6"), headers=visitor.head, json=changed)
    assert answer.status_code == 202
    await visitor.links(case, "withdrawn")
    late = await visitor.form(link, "report", minutes=45, outcome="resolved")
    assert late.status_code == 409 and "Your report came too late" in late.text
    assert "please tell your coordinator" in late.text and "no longer needed" not in late.text


async def test_a_coordinator_is_asked_when_nobody_speaks_it(visitor: Visitor) -> None:
    case = (await visitor.post("/referrals", referral("round-3", languages=["km"]))).json()["case"]
    held = await visitor.reaches("round-3", "on-hold")
    assert held["updates"][-1]["reason"] == "nobody_speaks_it"
    page = await visitor.net.http.get(visitor.url("matching", f"/cases/{case}"), headers=visitor.desk)
    assert page.status_code == 200 and case in page.text
    close, reason = visitor.url("matching", f"/cases/{case}/close"), {"reason": "nobody_speaks_it"}
    closed = await visitor.net.http.post(close, data=reason, headers=visitor.desk)
    assert closed.status_code == 303
    assert (await visitor.reaches("round-3", "failed"))["updates"][-1]["reason"] == "nobody_speaks_it"
    again = await visitor.net.http.post(f"{close}?lang=vi", data=reason, headers=visitor.desk)
    assert again.status_code == 409 and "Trường hợp này đã đóng" in again.text


async def test_links_that_do_not_work_say_why(visitor: Visitor) -> None:
    case = (await visitor.post("/referrals", referral("round-4"))).json()["case"]
    link = (await visitor.links(case, "offer"))[0]
    token = link.partition("?")[0].rsplit("/", 1)[1]
    tampered = await visitor.net.http.get(link.replace(token, token[:-3] + "AAA"))
    assert tampered.status_code == 401 and "does not work" in (await _english(visitor, tampered)).text
    assert (await visitor.form(link, "decline", reason="too_far")).status_code == 303
    assert (await visitor.form(link, "decline", reason="other")).status_code == 303
    used = await visitor.form(link, "accept")
    assert used.status_code == 409 and f"/offers/{token}" in used.text, "it leads back"
    assert (await visitor.form(link, "decline", reason="nonsense")).status_code == 422


async def _english(visitor: Visitor, page: Any) -> Any:
    return await visitor.net.http.get(str(page.url.copy_set_param("lang", "en")))
