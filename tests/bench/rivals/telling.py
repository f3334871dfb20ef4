"""The bare loop that also tells: read a batch's documents, write them back, publish an event for each input, commit.

The least that does the same work, and loses no event on a kill: acks=all, an idempotent producer, committed last. It keeps
no more than that: what comes again counts twice, a second process in the group overwrites what the first has written.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pymongo import ReplaceOne

from shared.kafka.connection import Kafka
from shared.store import connect
from shared.store.rows import AT_ONCE
from tests.bench.rivals.work import Work, heard


async def work(given: Work) -> None:
    kafka, client = Kafka(given.servers), connect(given.mongo)
    documents = client.get_database(given.group).get_collection("documents")
    consumer = AIOKafkaConsumer(
        given.steps, **kafka.options(), group_id=given.group, auto_offset_reset="earliest", enable_auto_commit=False,
        fetch_max_wait_ms=10,
    )  # fmt: skip
    producer = AIOKafkaProducer(**kafka.options(), acks="all", enable_idempotence=True)
    await consumer.start()
    await producer.start()
    while True:
        found = await consumer.getmany(timeout_ms=200, max_records=given.batch)
        if steps := [json.loads(record.value) for records in found.values() for record in records]:
            await _worked(steps, documents, producer, given.totals)
            await consumer.commit()


async def _worked(steps: Sequence[dict[str, Any]], documents: Any, producer: AIOKafkaProducer, totals: str) -> None:
    """Changes each step's document, then tells of each."""
    cases = list({step["case"] for step in steps})
    known = await _found(cases, documents)
    told = []
    for step in steps:
        case = step["case"]
        old = known.get(case, {"count": 0, "total": 0})
        new = {"kind": step["kind"], "count": old["count"] + 1, "total": old["total"] + step["amount"]}
        known[case] = {"_id": case, **new}
        told.append((case, {"case": case, **new}))
    await documents.bulk_write([ReplaceOne({"_id": case}, known[case], upsert=True) for case in cases], ordered=False)
    sent = [await producer.send(totals, json.dumps(event).encode(), key=case.encode()) for case, event in told]
    await asyncio.gather(*sent)


async def _found(cases: Sequence[str], documents: Any) -> dict[str, dict[str, Any]]:
    """As our store asks, in parts: the database that is measured here takes long for many at once."""
    parts = [cases[start : start + AT_ONCE] for start in range(0, len(cases), AT_ONCE)]
    found = await asyncio.gather(*(documents.find({"_id": {"$in": part}}).to_list(None) for part in parts))
    return {one["_id"]: one for part in found for one in part}


if __name__ == "__main__":
    uvloop.run(work(heard(sys.argv[1])))
