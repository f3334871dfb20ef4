"""The verifier is shown one spoiled thing at a time: each must be named, and a whole data set must pass."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy.local.mail.store import Store
from tests.delivery.support.little import CASE, little
from tests.delivery.support.spoils import SPOILED, Spoil, journal, never_applied, unanswered_command
from tsunagu.verify import Report, render
from tsunagu.verify.invariants import INVARIANTS
from tsunagu.verify.mailbox import Mailbox, names, read
from tsunagu.verify.run import judge

pytestmark = pytest.mark.delivery


async def test_a_whole_data_set_passes(database: str) -> None:
    report = judge(await (await little(database)).evidence())
    assert report.ok, render(report)
    total = report.total()
    assert total.published == total.applied > 20
    assert (total.in_flight, total.dead, total.missing, total.twice) == (0, 0, 0, 0)
    assert render(report).splitlines()[-1].endswith("lost 0, applied twice 0")


@pytest.mark.parametrize(("spoil", "found"), SPOILED, ids=[spoil.__name__ for spoil, _ in SPOILED])
async def test_what_is_spoiled_is_named(spoil: Spoil, found: set[str], database: str) -> None:
    world = await little(database)
    await spoil(world)
    report = judge(await world.evidence())
    assert found <= {f"{problem.invariant} {problem.kind}" for problem in report.problems}, render(report)
    assert not report.ok and not render(report).splitlines()[-1].endswith("lost 0, applied twice 0")


def test_every_invariant_is_spoiled_somewhere() -> None:
    """But I9, which is no fault of anything that is at work, and I10, which cannot be seen from outside."""
    spoiled = {one.split()[0] for _, found in SPOILED for one in found}
    assert {one.name for one in INVARIANTS} - spoiled == {"I9", "I10"}


async def test_each_invariant_says_how_often_it_looked_or_why_it_could_not(database: str) -> None:
    """A check that looks at nothing would be green for ever."""
    report = judge(await (await little(database)).evidence())
    standing = {one.name: report.standing(one) for one in INVARIANTS}
    assert {name for name, how in standing.items() if how == "kept"} == {"I1", "I2", "I3", "I4", "I5", "I6", "I8", "I9"}
    assert standing["I11"] == "nothing to check"
    assert standing["I7"].startswith("not checked here") and standing["I10"].startswith("not checked here")
    assert all(report.checked[name] for name, how in standing.items() if how == "kept")
    told = report.as_json()
    assert told["ok"] and [one["name"] for one in told["invariants"]] == [one.name for one in INVARIANTS]


async def test_a_stream_in_two_partitions_is_named(database: str) -> None:
    evidence = await (await little(database)).evidence()
    first, second, *more = evidence.topics["matches"]
    moved = replace(second, place=second.place._replace(partition=1))
    report = judge(replace(evidence, topics={**evidence.topics, "matches": [first, moved, *more]}))
    assert "two partitions" in {problem.kind for problem in report.problems}, render(report)


async def test_mails_are_counted(database: str) -> None:
    """As they were sent; one that is lacking; one under an id of its own."""
    evidence = await (await little(database)).evidence()
    due = [
        f"{event['data']['message']}.{entry['document']}@tsunagu"
        for entry in evidence.memories["notify"].entries()
        for event in entry["events"]
        if event["type"].endswith("message-due.v1")
    ]
    assert due
    assert _kinds(replace(evidence, mailbox=_mailbox(*due, due[0]))) == set()
    assert _kinds(replace(evidence, mailbox=_mailbox(*due[1:]))) == {"no mail"}
    assert _kinds(replace(evidence, mailbox=_mailbox(*due, "again.supporter-S1@tsunagu"))) == {"unknown mail"}


def _mailbox(*ids: str) -> Mailbox:
    return Mailbox(Counter(ids), frozenset(ids))


def _kinds(evidence: Any) -> set[str]:
    return {problem.kind for problem in judge(evidence).problems}


def test_of_the_mailbox_only_what_notify_sent_is_read(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def came(id_: str, *more: str) -> None:
        raw = "\n".join([f"Message-ID: <{id_}>", *more, "", "text"]).encode()
        store.number(store.write("from@example.org", ["to@example.org"], raw))

    came("1.supporter-S1@tsunagu", "X-Tsunagu-Case: case-1")
    came("sign-in@tsunagu")
    before = names(tmp_path)
    came("1.supporter-S1@tsunagu", "X-Tsunagu-Case: case-1")
    came("2.supporter-S1@tsunagu", "X-Tsunagu-Case: case-1")
    box = read(tmp_path, before)
    assert box.ids == {"1.supporter-S1@tsunagu": 2, "2.supporter-S1@tsunagu": 1}
    assert box.before == {"1.supporter-S1@tsunagu"}


async def test_what_is_still_to_be_read_or_published_is_not_called_kept(database: str) -> None:
    world = await little(database)
    assert judge(await world.evidence()).settled
    world.read["stats", "cases"] -= 1
    entry = await journal(world, "stats").find_one_and_delete({"document": CASE, "position": 1})
    del entry["_id"]
    await world.stores["stats"].documents.update_one({"_id": CASE}, {"$set": {"outbox": [json.dumps(entry)]}})
    report = judge(await world.evidence())
    assert (report.lag, report.unpublished, report.settled) == (1, 1, False)
    (settled,) = [one for one in INVARIANTS if one.name == "I9"]
    assert report.standing(settled) == "not yet: 1 to read, 1 to publish"


async def test_what_is_under_way_is_no_loss(database: str) -> None:
    """Published, and nobody has said that it is done with it."""
    world = await little(database)
    await never_applied(world)
    world.read["matching", "cases"] -= 1
    world.read["stats", "cases"] -= 1
    report = judge(await world.evidence())
    assert (report.in_flight, report.total().missing) == (2, 0)


async def test_a_journal_line_may_have_another_cause_when_it_is_said_again(database: str) -> None:
    """Its decision is the same; what brought it out, after the broker had been lost, is another record."""
    world = await little(database)
    again = world.topics["intake.journal"][0]
    value = (again.value or b"").replace(b'"cluster":"little"', b'"cluster":"older"')
    assert value != again.value
    world.topics["intake.journal"].append(again._replace(value=value))
    report = judge(await world.evidence())
    assert report.ok, render(report)


async def test_a_dead_letter_is_no_loss(database: str) -> None:
    world = await little(database)
    await unanswered_command(world)
    offset = str(len(world.topics["notify.commands"]) - 1).encode()
    place = [("ce_topic", b"notify.commands"), ("ce_partition", b"0"), ("ce_offset", offset)]
    world.topics["notify.dead-letters"].append(world.topics["cases"][0]._replace(headers=place))
    report = judge(await world.evidence())
    assert report.ok, render(report)
    assert report.total().dead == 1


async def test_a_stuck_document_is_told_of(database: str) -> None:
    world = await little(database)
    await world.stores["stats"].documents.update_one({"_id": CASE}, {"$set": {"stuck": "cases-0-7"}})
    await world.stores["stats"].collection("letters").insert_one({"_id": "x", "key": CASE})
    report: Report = judge(await world.evidence())
    assert report.notes == [f"stats {CASE} is stuck at cases-0-7; dead letters that wait with it: 1"]
    assert report.ok
