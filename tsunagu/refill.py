"""A broker that has forgotten everything is told again, from each service's journal, in order.

Readers know by source and sequence what they have seen, so whatever they had already is dropped there.
"""

from collections.abc import AsyncIterator

from deploy.kafka.topics import SERVICES
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.kernel import journal
from shared.kernel.document import Entry
from shared.kernel.record import Message
from shared.store import MongoStore, connect

AT_ONCE = 500


async def refill(kafka: Kafka, mongo: str) -> int:
    """To be run while no service does. Returns how many messages were published."""
    bus, told = KafkaBus(kafka), 0
    await bus.start()
    try:
        for service in SERVICES:
            batch: list[Message] = []
            async for entry in _entries(MongoStore(connect(mongo), f"tsunagu_{service}")):
                batch += [journal.record(service, entry), *journal.events(service, entry)]
                if len(batch) >= AT_ONCE:
                    told += await _publish(bus, batch)
            told += await _publish(bus, batch)
    finally:
        await bus.stop()
    return told


async def _entries(store: MongoStore) -> AsyncIterator[Entry]:
    """The journal, and after each document's last line what its outbox has that the journal has not."""
    async for entry in store.entries({}):
        yield entry
    async for stored in store.documents.find({"outbox.0": {"$exists": True}}, {"_id": 1}):
        document = (await store.load([stored["_id"]]))[stored["_id"]]
        written = {entry.position for entry in await store.journal(document.key)}
        for entry in document.outbox:
            if entry.position not in written:
                yield entry


async def _publish(bus: KafkaBus, batch: list[Message]) -> int:
    await bus.publish(batch)
    count = len(batch)
    batch.clear()
    return count
