"""The two sides of the kernel's measurement, over the same records: how many a second, first batch to last commit."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer
from pymongo import UpdateOne

from shared.clock import RealClock
from shared.ids import RandomIds
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.kafka.reader import Reader
from shared.kernel.kernel import Kernel
from shared.kernel.recent import RecentStore
from shared.kernel.record import Record
from shared.metrics import Metrics
from shared.seal import KeySet, Seals, new_key
from shared.store import MongoStore, connect
from tests.bench import ledger

PATIENCE = 180


async def kernel(kafka: Kafka, mongo: str, count: int, batch: int) -> float:
    """Ours, as shared.service wires it: every effect stored, published and acknowledged."""
    client, database = connect(mongo), f"bench_{uuid4().hex[:8]}"
    store, bus = MongoStore(client, database), KafkaBus(kafka)
    await store.prepare()
    await bus.start()
    made = Kernel(
        ledger.SERVICE, "bench", ledger.SUBSCRIPTIONS, {"account": ledger.ACCOUNT}, bus, RecentStore(store),
        RealClock(), RandomIds(), Seals(KeySet([new_key()]), b"k" * 32), Metrics(),
    )  # fmt: skip
    began: list[float] = []

    async def handle(records: Sequence[Record]) -> None:
        began.append(time.perf_counter())
        await made.process(records)

    sized = type("Sized", (Reader,), {"batch": batch})
    reader = sized("bench", kafka, database, handle, topics=[ledger.STEPS], committed=made.committed)
    await reader.start()
    try:
        async with asyncio.timeout(PATIENCE):
            while sum(made.committed.values()) < count:
                await asyncio.sleep(0.002)
        return count / (time.perf_counter() - began[0])
    finally:
        await reader.stop()
        await bus.stop()
        await client.drop_database(database)
        client.close()


async def bare(kafka: Kafka, mongo: str, count: int, batch: int) -> float:
    """The least that one can do with aiokafka and motor: nothing validated, remembered, published or told apart."""
    client, database = connect(mongo), f"bench_{uuid4().hex[:8]}"
    collection = client.get_database(database).get_collection("documents")
    consumer = AIOKafkaConsumer(
        ledger.STEPS, **kafka.options(), group_id=database, auto_offset_reset="earliest", enable_auto_commit=False,
        session_timeout_ms=6000, heartbeat_interval_ms=1000, fetch_max_wait_ms=10,
    )  # fmt: skip
    await consumer.start()
    done, began = 0, 0.0
    try:
        async with asyncio.timeout(PATIENCE):
            while done < count:
                found = await consumer.getmany(timeout_ms=200, max_records=batch)
                records = [record for some in found.values() for record in some]
                if records:
                    began = began or time.perf_counter()
                    await collection.bulk_write(
                        [_upsert(json.loads(record.value)) for record in records], ordered=False
                    )
                    await consumer.commit()
                    done += len(records)
        return count / (time.perf_counter() - began)
    finally:
        await consumer.stop()
        await client.drop_database(database)
        client.close()


def _upsert(step: dict[str, Any]) -> UpdateOne:
    changes = {"$set": {"kind": step["kind"]}, "$inc": {"count": 1, "total": step["amount"]}}
    return UpdateOne({"_id": step["case"]}, changes, upsert=True)
