"""tsunagu erase"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError

from services.intake.domain import commands as intake
from services.intake.domain.commands import case_key
from services.matching.domain import commands as matching
from shared.access import Actor, Role
from shared.clock import RealClock
from shared.errors import TsunaguError
from shared.events import referrals
from shared.events.base import Command
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka, cluster_id
from shared.kafka.groups import offsets
from shared.kernel.commands import Commands
from shared.privacy.erasing import Erased, erase
from shared.recovery import lease
from shared.shelf import Shelf, shelf
from shared.store import MongoStore, connect
from tsunagu.known import must_be_known
from tsunagu.verify.wiring import group
from tsunagu.where import Where

OPERATOR = Actor(Role.OPERATOR, "cli")


@dataclass(frozen=True)
class Person:
    """`key`: of their document; `service`: whose it is; `org`: of the partner that referred them, where it is known."""

    key: str
    service: str
    command: Command
    org: str | None = None


async def run(where: Where, ref: str) -> int:
    store = MongoStore(connect(where.mongo), "tsunagu_intake")
    person = await _known(store, named(ref))
    if person.org:  # before anything is asked of its topic: a broker makes one that is asked for by a slip
        await must_be_known(where.mongo, person.org)
    async with _desk(where, person.service) as (keys, commands):
        erased = await erase(keys, commands, person.key, person.command, OPERATOR)
    print(_told(person, erased))
    slip = erased.answer and erased.answer.refused and not erased.had_key  # whose records lie there are others
    if slip or erased.unsure:
        return 1
    if person.org:
        print(await _emptied(where.kafka, person.org))
    return 0


def named(ref: str) -> Person:
    """`org/reference`, `case-…` or `supporter-…`. Raises TsunaguError for anything else."""
    org, slash, reference = ref.partition("/")
    if slash and org and reference:
        return Person(case_key(org, reference), "intake", intake.Erase(), org)
    if ref.startswith("case-"):
        return Person(ref, "intake", intake.Erase())
    if ref.startswith("supporter-"):
        return Person(ref, "matching", matching.Erase())
    raise TsunaguError(f"{ref!r} names nobody: give ORG/REFERENCE, case-… or supporter-…")


async def _known(intake_store: MongoStore, person: Person) -> Person:
    """With the partner, where only the case was named."""
    if person.service != "intake" or person.org:
        return person
    found = await intake_store.load([person.key])
    org = found[person.key].state.get("org") if person.key in found else None
    return Person(person.key, person.service, person.command, org)


@asynccontextmanager
async def _desk(where: Where, service: str) -> AsyncIterator[tuple[Shelf, Commands]]:
    """Raises UnderWay while the service is refilled or restored: that would tell or bring back what is destroyed here."""
    store, bus = MongoStore(connect(where.mongo), f"tsunagu_{service}"), KafkaBus(where.kafka)
    await lease.free(store.collection("meta"))
    await bus.start()
    try:
        yield shelf(service, "keys", store, bus, RealClock()), Commands(service, bus, store, RealClock())
    finally:
        await bus.stop()


def _told(person: Person, erased: Erased) -> str:
    if erased.unsure:
        return (
            f"{person.key}: NOT ERASED: {person.service} knows no key of theirs and does not answer. A database that was lost "
            f"is read back when {person.service} runs: erase them again then"
        )
    key = "the key is destroyed" if erased.had_key else "there was no key (any more)"
    if erased.answer is None:
        return (
            f"{person.key}: {key}; {person.service} has not answered yet and will end what is open once it runs, or, where "
            "this is stuck (`tsunagu dead-letters list --reason stuck`), once it is released"
        )
    if erased.answer.refused:
        return f"{person.key}: {key}; {erased.answer.message}"
    return f"{person.key}: {key}, what was open is ended, and whoever knows of it has been told"


async def _emptied(kafka: Kafka, org: str) -> str:
    """What the partner itself wrote lies on its topic, sealed to the network: what intake has read is deleted there."""
    topic, inlet = referrals.topic(org), group("intake", "inlet", await cluster_id(kafka))
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=10_000)
    await admin.start()
    try:
        await admin.delete_records(await _read(admin, inlet, topic))
    except (KafkaError, KeyError):
        return f"{topic} could not be emptied by this broker: the partner's sealed record is dropped within 7 days"
    finally:
        await admin.close()
    return f"{topic} is emptied of what intake has read"


async def _read(admin: AIOKafkaAdminClient, group: str, topic: str) -> dict[TopicPartition, RecordsToDelete]:
    """Up to where each partition is read. One that is not read yet says -1, which would delete all of it, unread."""
    (described,) = await admin.describe_topics([topic])
    places = [TopicPartition(topic, part["partition"]) for part in described["partitions"]]
    read = await offsets(admin, group, places)
    return {place: RecordsToDelete(before_offset=offset) for place, offset in read.items() if offset > 0}
