"""The verifier is shown one spoiled thing at a time: each must be named, and a whole data set must pass."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.delivery.support.little import CASE, SUPPORTER, Little, little
from tsunagu.verify import Report, render
from tsunagu.verify.run import judge

pytestmark = pytest.mark.delivery
Spoil = Callable[[Little], Awaitable[Any]]


def journal(world: Little, service: str) -> Any:
    return world.stores[service].collection("journal")


async def test_a_whole_data_set_passes(database: str) -> None:
    report = judge(await (await little(database)).evidence())
    assert report.ok, render(report)
    total = report.total()
    assert total.published == total.applied > 20
    assert (total.in_flight, total.dead, total.missing, total.twice) == (0, 0, 0, 0)
    assert render(report).splitlines()[-1].endswith("lost 0, applied twice 0")


async def lose_entry(world: Little) -> None:
    await journal(world, "stats").delete_one({"document": CASE, "position": 2})


async def double_entry(world: Little) -> None:
    """Applied again, in a decision of its own."""
    entry = await journal(world, "stats").find_one({"document": CASE, "position": 2})
    last = await journal(world, "stats").count_documents({"document": CASE})
    await journal(world, "stats").insert_one({**entry, "_id": f"{CASE}:{last + 1}", "position": last + 1})
    await world.stores["stats"].documents.update_one({"_id": CASE}, {"$set": {"version": last + 1}})


async def double_command(world: Little) -> None:
    entry = await journal(world, "intake").find_one({"document": CASE, "position": 1})
    last = await journal(world, "intake").count_documents({"document": CASE})
    await journal(world, "intake").insert_one({**entry, "_id": f"{CASE}:{last + 1}", "position": last + 1})


async def change_state(world: Little) -> None:
    await world.stores["intake"].documents.update_one({"_id": CASE}, {"$set": {"state.state": "failed"}})


async def lose_document(world: Little) -> None:
    await world.stores["matching"].documents.delete_one({"_id": CASE})


async def lose_event(world: Little) -> None:
    del world.topics["matches"][0]


async def lose_journal_record(world: Little) -> None:
    del world.topics["notify.journal"][0]


async def other_bytes(world: Little) -> None:
    again = world.topics["cases"][0]
    world.topics["cases"].append(replace(again, value=(again.value or b"").replace(b"08220", b"08203")))
    world.read["matching", "cases"] = world.read["stats", "cases"] = len(world.topics["cases"])


async def journal_record_again(world: Little) -> None:
    again = world.topics["intake.journal"][0]
    world.topics["intake.journal"].append(replace(again, value=(again.value or b"").replace(b"08220", b"08203")))


async def never_applied(world: Little) -> None:
    """Published and passed over."""
    last = world.topics["cases"][-1]
    headers = [(n, b"3" if n == "ce_sequence" else v) for n, v in last.headers]
    world.topics["cases"].append(replace(last, headers=headers))
    world.read["matching", "cases"] = world.read["stats", "cases"] = len(world.topics["cases"])


async def unanswered_command(world: Little) -> None:
    told = world.topics["notify.commands"][-1]
    headers = [(n, b"another" if n == "ce_id" else v) for n, v in told.headers]
    world.topics["notify.commands"].append(replace(told, headers=headers))
    world.read["notify", "notify.commands"] += 1


async def over_capacity(world: Little) -> None:
    where = {"document": SUPPORTER, "position": 1}
    await journal(world, "matching").update_one(where, {"$set": {"events.0.data.profile.capacity": 0}})


async def two_assignments(world: Little) -> None:
    where = {"document": CASE, "events.type": "tsunagu.match.assigned.v1"}
    entry = await journal(world, "matching").find_one(where)
    (assigned,) = [event for event in entry["events"] if event["type"] == "tsunagu.match.assigned.v1"]
    other = {**assigned, "data": {**assigned["data"], "supporter": "supporter-S2"}}
    offered = {"type": "tsunagu.hold.requested.v1", "id": "x", "topic": None, "key": None, "sequence": None,
               "data": {"supporter": "supporter-S2", "case": CASE, "number": 2, "category": "hospital",
                        "languages": ["vi"]}}  # fmt: skip
    events = [*entry["events"], offered, other]
    await journal(world, "matching").update_one({"_id": entry["_id"]}, {"$set": {"events": events}})


async def lost_delivery(world: Little) -> None:
    def is_end(event: Any) -> bool:
        return str(event["type"]).endswith(".delivered.v1")

    entries = await journal(world, "notify").find({"document": SUPPORTER}).to_list(None)
    entry = next(entry for entry in entries if any(map(is_end, entry["events"])))
    events = [event for event in entry["events"] if not is_end(event)]
    await journal(world, "notify").update_one({"_id": entry["_id"]}, {"$set": {"events": events}})


async def forgotten_mail(world: Little) -> None:
    """The outlet has taken it, says that it is done, and nobody ever heard what became of it."""
    where = f"state.messages.{CASE}#1#reminder"
    letter = {"case": CASE, "number": 1, "kind": "reminder", "at": None, "attempt": 1}
    await world.stores["notify"].documents.update_one({"_id": SUPPORTER}, {"$set": {where: letter}})
    record = world.topics["notify.journal"][0]
    event = (
        b'{"type":"tsunagu.notify.sending-started.v1","data":'
        b'{"message":"%s#1#reminder","case":"%s","attempt":1}}' % (CASE.encode(), CASE.encode())
    )
    world.topics["notify.journal"].append(replace(record, value=b'{"events":[' + event + b"]}"))


SPOILED: list[tuple[Spoil, set[str]]] = [
    (lose_entry, {"lost", "journal"}),
    (double_entry, {"applied twice"}),
    (double_command, {"applied twice"}),
    (change_state, {"document"}),
    (lose_document, {"journal"}),
    (lose_event, {"hole", "not published", "applied, never published"}),
    (lose_journal_record, {"hole", "journal topic"}),
    (other_bytes, {"repeat with other bytes"}),
    (journal_record_again, {"repeat with other bytes"}),
    (never_applied, {"lost"}),
    (unanswered_command, {"lost"}),
    (over_capacity, {"capacity"}),
    (two_assignments, {"assignment"}),
    (lost_delivery, {"mail"}),
    (forgotten_mail, {"lost"}),
]


@pytest.mark.parametrize(("spoil", "kinds"), SPOILED, ids=[spoil.__name__ for spoil, _ in SPOILED])
async def test_what_is_spoiled_is_named(spoil: Spoil, kinds: set[str], database: str) -> None:
    world = await little(database)
    await spoil(world)
    report = judge(await world.evidence())
    assert kinds <= {problem.kind for problem in report.problems}, render(report)
    assert not report.ok


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
    world.topics["intake.journal"].append(replace(again, value=value))
    report = judge(await world.evidence())
    assert report.ok, render(report)


async def test_a_dead_letter_is_no_loss(database: str) -> None:
    world = await little(database)
    await unanswered_command(world)
    offset = str(len(world.topics["notify.commands"]) - 1).encode()
    place = [("ce_topic", b"notify.commands"), ("ce_partition", b"0"), ("ce_offset", offset)]
    world.topics["notify.dead-letters"].append(replace(world.topics["cases"][0], headers=place))
    report = judge(await world.evidence())
    assert report.ok, render(report)
    assert report.total().dead == 1


async def test_a_stuck_document_is_told_of(database: str) -> None:
    world = await little(database)
    await world.stores["stats"].documents.update_one({"_id": CASE}, {"$set": {"stuck": "cases-0-7"}})
    await world.stores["stats"].collection("letters").insert_one({"_id": "x", "key": CASE})
    report: Report = judge(await world.evidence())
    assert report.notes == [f"stats {CASE} is stuck at cases-0-7; 1 letters wait"]
    assert report.ok
