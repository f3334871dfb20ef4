"""A broker that has forgotten everything, or a new generation of topics, is told what each service's database knows.

Readers know by source and sequence what they have seen, so whatever they had already is dropped there.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from deploy.local.addresses import SERVICES
from shared.clock import RealClock
from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka, cluster_id
from shared.kafka.groups import committed
from shared.kafka.log import Log
from shared.kernel import commands, journal
from shared.kernel.document import Entry
from shared.kernel.record import Message
from shared.recovery.lease import lease
from shared.recovery.marker import Checkpoint, Marker
from shared.shelf import SHELVES, shelf
from shared.store import MongoStore, connect
from tsunagu.verify.wiring import group

AT_ONCE = 500


async def refill(kafka: Kafka, mongo: str, services: Collection[str] = SERVICES, *, again: bool = False) -> int:
    """To be run while no service does. Returns how many messages were published.

    Raises TsunaguError where the topics hold records already, unless `again`, and while another one refills.
    """
    client, told = connect(mongo), 0
    stores = {service: MongoStore(client, f"tsunagu_{service}") for service in services}
    async with _started(KafkaBus(kafka)) as bus, AsyncExitStack() as leases:
        for store in stores.values():
            await leases.enter_async_context(lease(store.collection("meta"), "a refill"))
        known = {service: await filled(kafka, service) for service in services}
        if any(known.values()) and not again:
            full = ", ".join(topic for topics in known.values() for topic in topics)
            raise TsunaguError(f"this broker has not forgotten: there are records on {full}. To tell it again: --again")
        for service, store in stores.items():
            told += await _tell(bus, service, store)
            told += await _move_commands(kafka, bus, service)
            if not known[service]:
                await _agreed(kafka, service, store)
    return told


async def filled(kafka: Kafka, service: str) -> list[str]:
    """Which of the topics that the service alone writes hold records."""
    async with Log(kafka, own_topics(service)) as log:
        return sorted({place.topic for place, end in (await log.ends()).items() if end})


def own_topics(service: str) -> list[str]:
    """What its memory is on: the journal, and the topics of its shelves."""
    return [journal.topic(service), *SHELVES.get(service, {}).values()]


async def unknown_to(cluster: str, mongo: str) -> list[str]:
    """Services whose database has never met this broker."""
    client = connect(mongo)
    markers = {name: Marker(MongoStore(client, f"tsunagu_{name}").collection("meta")) for name in SERVICES}
    return [service for service, marker in markers.items() if (await marker.find()).cluster != cluster]


async def _agreed(kafka: Kafka, service: str, store: MongoStore) -> None:
    """All that is on its topics is from this database."""
    marker = Marker(store.collection("meta"))
    await marker.find()
    async with Log(kafka, own_topics(service)) as log:
        await marker.save(Checkpoint(await cluster_id(kafka), await log.ends()))


async def _tell(bus: KafkaBus, service: str, store: MongoStore) -> int:
    """Shelves first: what a journal says may need a key."""
    told, batch = 0, []
    async for message in _messages(bus, service, store):
        batch.append(message)
        if len(batch) >= AT_ONCE:
            await bus.publish(batch)
            told, batch = told + len(batch), []
    await bus.publish(batch)
    return told + len(batch)


async def _messages(bus: KafkaBus, service: str, store: MongoStore) -> AsyncIterator[Message]:
    for name in SHELVES.get(service, ()):
        async for message in shelf(service, name, store, bus, RealClock()).messages():
            yield message
    async for entry in _entries(store):
        for message in (journal.record(service, entry), *journal.events(service, entry)):
            yield message


async def _entries(store: MongoStore) -> AsyncIterator[Entry]:
    """The journal, and after each document's last line what its outbox has that the journal has not."""
    async for entry in store.entries({}):
        yield entry
    telling = store.documents.find({"outbox.0": {"$exists": True}}, {"_id": 1}, batch_size=AT_ONCE)
    while found := await telling.to_list(AT_ONCE):
        documents = await store.load([stored["_id"] for stored in found])
        waiting = {(key, entry.position): entry for key, document in documents.items() for entry in document.outbox}
        written = await store.lines(waiting)
        for place, entry in waiting.items():
            if place not in written:
                yield entry


async def _move_commands(kafka: Kafka, bus: KafkaBus, service: str) -> int:
    """What the generation of topics before this one holds and the service has not read; repeats are known by their ids."""
    if kafka.generation == 1:
        return 0
    before, topic = replace(kafka, generation=kafka.generation - 1), commands.topic(service)
    read = await committed(before, group(service, "kernel", await cluster_id(before)), [topic])
    moved = 0
    async with Log(before, [topic]) as log:
        async for records in log.read(read):
            await bus.publish([Message(topic, (r.key or b"").decode(), r.value, r.headers) for r in records])
            moved += len(records)
    return moved


@asynccontextmanager
async def _started(bus: KafkaBus) -> AsyncIterator[KafkaBus]:
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()
