"""What is left at the end of a run, in the form in which `tsunagu verify` reads it from real brokers and databases."""

import json
from collections import Counter, defaultdict
from typing import Any

from shared.kernel.record import Record
from tests.delivery.sim.replica import CLUSTER
from tests.delivery.sim.store import Database
from tests.delivery.sim.world import World
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.mailbox import Mailbox
from tsunagu.verify.memories import Memory
from tsunagu.verify.topics import Place, Told


def evidence(world: World) -> Evidence:
    topics: dict[str, list[Told]] = {name: [] for name in world.broker.partitions}
    for place, log in world.broker.logs.items():
        topics[place.topic] += map(_told, log)
    committed: dict[str, dict[Place, int]] = {name: {} for name in world.databases}
    for name, group in world.broker.groups.items():
        committed[name.split(".")[1]] |= {Place(*place): offset for place, offset in group.committed.items()}
    memories = {name: _memory(name, database) for name, database in world.databases.items()}
    ids = [id_.strip("<>") for id_ in world.people.mails]
    return Evidence(CLUSTER, committed, topics, memories, Mailbox(Counter(ids), frozenset(ids)))


def _told(record: Record) -> Told:
    head = {
        name.removeprefix("ce_"): value.decode(errors="replace")
        for name, value in record.headers if value is not None
    }  # fmt: skip
    key = (record.key or b"").decode(errors="replace")
    return Told(Place(*record.place), record.offset, key, record.value or b"", head)


def _memory(name: str, database: Database) -> Memory:
    journals: dict[str, dict[int, Any]] = defaultdict(dict)
    for (document, position), entry in database.entries.items():
        journals[document][position] = json.loads(entry.text)
    letters: dict[str, list[str]] = defaultdict(list)
    for letter in database.kept.values():
        letters[letter.key].append(letter.id)
    return Memory(name, database.documents, journals, letters)
