"""A data set, spoiled in one place; and what the verifier has to say of it."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from shared.kernel.record import Message
from tests.delivery.support.little import CASE, SUPPORTER, Little

Spoil = Callable[[Little], Awaitable[Any]]


def journal(world: Little, service: str) -> Any:
    return world.stores[service].collection("journal")


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


async def due_at_another_time(world: Little) -> None:
    """By the field that sweepers look at; its state knows of nothing that waits."""
    changed = {"$set": {"due": datetime(2099, 1, 1, tzinfo=UTC)}}
    await world.stores["notify"].documents.update_one({"_id": SUPPORTER}, changed)


async def lose_document(world: Little) -> None:
    await world.stores["matching"].documents.delete_one({"_id": CASE})


async def lose_event(world: Little) -> None:
    del world.topics["matches"][0]


async def lose_journal_record(world: Little) -> None:
    del world.topics["notify.journal"][0]


async def other_bytes(world: Little) -> None:
    again = world.topics["cases"][0]
    world.topics["cases"].append(again._replace(value=(again.value or b"").replace(b"08220", b"08203")))
    world.read["matching", "cases"] = world.read["stats", "cases"] = len(world.topics["cases"])


async def journal_record_again(world: Little) -> None:
    again = world.topics["intake.journal"][0]
    world.topics["intake.journal"].append(again._replace(value=(again.value or b"").replace(b"08220", b"08203")))


async def never_applied(world: Little) -> None:
    """Published and passed over."""
    last = world.topics["cases"][-1]
    headers = [(n, b"3" if n == "ce_sequence" else v) for n, v in last.headers]
    world.topics["cases"].append(last._replace(headers=headers))
    world.read["matching", "cases"] = world.read["stats", "cases"] = len(world.topics["cases"])


async def unanswered_command(world: Little) -> None:
    told = world.topics["notify.commands"][-1]
    headers = [(n, b"another" if n == "ce_id" else v) for n, v in told.headers]
    world.topics["notify.commands"].append(told._replace(headers=headers))
    world.read["notify", "notify.commands"] += 1


async def lost_aside(world: Little) -> None:
    """It waited with a stuck document, and is neither applied nor there any more."""
    await unanswered_command(world)
    offset = str(len(world.topics["notify.commands"]) - 1).encode()
    place = [("ce_topic", b"notify.commands"), ("ce_partition", b"0"), ("ce_offset", offset), ("ce_reason", b"stuck")]
    world.topics["notify.dead-letters"].append(world.topics["cases"][0]._replace(headers=place))


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
    world.topics["notify.journal"].append(record._replace(value=b'{"events":[' + event + b"]}"))


async def other_facts(world: Little) -> None:
    """Journal and document agree, on something that no topic says."""
    entry = await journal(world, "stats").find_one({"document": CASE, "position": 1})
    wrong = {"events.0.data.with_.category": "labour"}
    await journal(world, "stats").update_one({"_id": entry["_id"]}, {"$set": wrong})
    await world.stores["stats"].documents.update_one({"_id": CASE}, {"$set": {"state.category": "labour"}})


async def swapped(world: Little) -> None:
    told = world.topics["matches"]
    told[0], told[1] = told[1], told[0]


async def asked_in_vain(world: Little) -> None:
    """By the roster as it was, they speak another language."""
    where = {"document": SUPPORTER, "position": 1}
    await journal(world, "matching").update_one(where, {"$set": {"events.0.data.profile.languages": ["pt"]}})


async def asked_without_a_place(world: Little) -> None:
    offer = world.topics["offers"][0]
    value = json.dumps({**json.loads(offer.value or b""), "number": 9}).encode()
    world.topics["offers"].append(offer._replace(value=value))


async def committed_too_far(world: Little) -> None:
    world.read["stats", "cases"] += 1


async def repeated_and_applied(world: Little) -> None:
    await double_command(world)
    world.topics["intake.commands"].append(world.topics["intake.commands"][0])


async def answered_otherwise(world: Little) -> None:
    """One record of the two was refused for another reason than its repeat."""
    first = world.topics["intake.commands"][0]
    world.topics["intake.commands"].append(first)
    for offset, code in ((0, b"when_past"), (len(world.topics["intake.commands"]) - 1, b"reference_used")):
        place = [("ce_topic", b"intake.commands"), ("ce_partition", b"0"), ("ce_offset", str(offset).encode())]
        letter = Message("intake.dead-letters", CASE, b"{}", [*place, ("ce_reason", b"refused"), ("ce_code", code)])
        world.topics["intake.dead-letters"].append(letter)


async def two_commands_of_one_id(world: Little) -> None:
    """A partner said it twice, and each became a command of its own."""
    topic, command = "partner.acme.referrals", world.topics["intake.commands"][0]
    for number in (0, 1):
        world.topics[topic].append(Message(topic, "R-1", b"{}", [("ce_id", b"1")]))
        changed = [("ce_id", str(number).encode()), ("ce_origin", f"{topic}-0-{number}".encode())]
        headers = [*(one for one in command.headers if one[0] != "ce_id"), *changed]
        world.topics["intake.commands"].append(command._replace(headers=headers))


SPOILED: list[tuple[Spoil, set[str]]] = [
    (lose_entry, {"I1 lost", "I4 journal"}),
    (double_entry, {"I1 applied twice"}),
    (double_command, {"I1 applied twice"}),
    (change_state, {"I3 document"}),
    (due_at_another_time, {"I3 document"}),
    (other_facts, {"I3 projection"}),
    (lose_document, {"I3 journal"}),
    (lose_event, {"I5 hole", "I5 not published", "I2 applied, never published"}),
    (lose_journal_record, {"I5 hole", "I5 journal topic"}),
    (other_bytes, {"I5 repeat with other bytes"}),
    (journal_record_again, {"I5 repeat with other bytes"}),
    (swapped, {"I5 out of order"}),
    (never_applied, {"I1 lost", "I8 passed over"}),
    (unanswered_command, {"I1 lost", "I8 passed over"}),
    (lost_aside, {"I1 lost", "I8 passed over"}),
    (committed_too_far, {"I8 committed beyond the end"}),
    (over_capacity, {"I6 capacity"}),
    (two_assignments, {"I6 assignment"}),
    (asked_in_vain, {"I6 eligible"}),
    (asked_without_a_place, {"I6 eligible"}),
    (lost_delivery, {"I7 mail"}),
    (forgotten_mail, {"I7 lost"}),
    (repeated_and_applied, {"I11 repeat applied"}),
    (answered_otherwise, {"I11 answered otherwise"}),
    (two_commands_of_one_id, {"I11 repeat applied"}),
]
"""What is done, and which invariants it breaks how."""
