"""The two sides of the kernel's measurement, over the same records: how many a second, first batch to last commit."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer
from pymongo import UpdateOne

from shared.clock import RealClock
from shared.ids import RandomIds
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.kafka.reader import Reader
from shared.kernel.attempts import Attempts
from shared.kernel.document import Document, to_stored
from shared.kernel.kernel import Kernel
from shared.kernel.recent import RecentStore
from shared.kernel.record import Record
from shared.metrics import Metrics
from shared.outside import from_outside
from shared.seal import KeySet, Seals, new_key
from shared.store import MongoStore, connect
from tests.bench import ledger

PATIENCE = 180


@dataclass
class Member:
    """A running kernel. `began`: when it first had a batch."""

    kernel: Kernel
    began: float = 0.0

    async def process(self, records: Sequence[Record], failing: Collection[Record] = ()) -> None:
        """The first gear, with which every run begins."""
        self.began = self.began or time.perf_counter()
        await self.kernel.process(records, failing)


@asynccontextmanager
async def member(
    kafka: Kafka,
    mongo: str,
    name: str,
    topic: str,
    batch: int,
    depth: int = 1,
    around: Callable[[Any], Any] | None = None,
) -> AsyncIterator[Member]:
    """Ours, as shared.service wires it: every effect stored, published and acknowledged. `name`: group and database.
    `depth`: so many batches on their way at once. `around`: put around database and bus.
    """
    client = connect(mongo)
    around = around or (lambda part: part)
    store, bus = around(MongoStore(client, name)), around(KafkaBus(kafka))
    await store.prepare()
    await bus.start()
    documents = RecentStore(store)
    made = Member(Kernel(
        ledger.SERVICE, "bench", ledger.subscriptions(topic), {"account": ledger.ACCOUNT}, bus, documents,
        RealClock(), RandomIds(), Seals(KeySet([new_key()]), b"k" * 32), Metrics(), forget=documents.forget,
    ))  # fmt: skip
    handle = Attempts(made.process, store.rows("attempts"), "bench", from_outside)
    sized = type("Sized", (Reader,), {"batch": batch})
    reader = sized(
        "bench", kafka, name, handle, topics=[topic], committed=made.kernel.committed, stages=made.kernel,
        depth=depth, on_break=made.kernel.begin_anew,
    )  # fmt: skip
    await reader.start()
    try:
        yield made
    finally:
        await reader.stop()
        await bus.stop()
        client.close()


async def kernel(kafka: Kafka, mongo: str, count: int, batch: int) -> float:
    name = f"bench_{uuid4().hex[:8]}"
    try:
        async with member(kafka, mongo, name, ledger.STEPS, batch) as running, asyncio.timeout(PATIENCE):
            while sum(running.kernel.committed.values()) < count:
                await asyncio.sleep(0.002)
            return count / (time.perf_counter() - running.began)
    finally:
        await dropped(mongo, name)


async def bare(kafka: Kafka, mongo: str, count: int, batch: int) -> float:
    name, done, began = f"bench_{uuid4().hex[:8]}", 0, 0.0
    try:
        async with asyncio.timeout(PATIENCE), aclosing(bare_loop(kafka, mongo, name, ledger.STEPS, batch)) as batches:
            async for taken in batches:
                began = began or time.perf_counter()
                done += taken
                if done >= count:
                    break
        return count / (time.perf_counter() - began)
    finally:
        await dropped(mongo, name)


async def bare_loop(kafka: Kafka, mongo: str, name: str, topic: str, batch: int) -> AsyncIterator[int]:
    """The least that one can do with aiokafka and motor: nothing validated, remembered, published or told apart.
    Yields 0 when it has a batch in hand, and its size when that is done.
    """
    client = connect(mongo)
    collection = client.get_database(name).get_collection("documents")
    consumer = AIOKafkaConsumer(
        topic, **kafka.options(), group_id=name, auto_offset_reset="earliest", enable_auto_commit=False,
        session_timeout_ms=6000, heartbeat_interval_ms=1000, fetch_max_wait_ms=10,
    )  # fmt: skip
    await consumer.start()
    try:
        while True:
            found = await consumer.getmany(timeout_ms=200, max_records=batch)
            records = [record for some in found.values() for record in some]
            if records:
                yield 0
                await collection.bulk_write([_upsert(json.loads(record.value)) for record in records], ordered=False)
                await consumer.commit()
                yield len(records)
    finally:
        await consumer.stop()
        client.close()


def _upsert(step: dict[str, Any]) -> UpdateOne:
    changes = {"$set": {"kind": step["kind"]}, "$inc": {"count": 1, "total": step["amount"]}}
    return UpdateOne({"_id": step["case"]}, changes, upsert=True)


async def opened(mongo: str, name: str, accounts: int) -> None:
    """So many of the ledger's accounts, in which nothing has happened yet."""
    client = connect(mongo)
    await MongoStore(client, name).prepare()
    documents = client.get_database(name).get_collection("documents")
    for start in range(0, accounts, 1000):
        numbers = range(start, min(start + 1000, accounts))
        await documents.insert_many([to_stored(Document(f"account-{number}", rev="opened")) for number in numbers])
    client.close()


async def dropped(mongo: str, name: str) -> None:
    client = connect(mongo)
    await client.drop_database(name)
    client.close()
