"""A stuck document outlives the broker whose records wait with it: who lists dead letters is still told of it."""

from shared.kafka.connection import Kafka, cluster_id
from shared.store import MongoStore, connect
from tsunagu import letters
from tsunagu.where import Where


async def test_it_is_told_by_its_own_name(database: str, kafka: Kafka, unique: str) -> None:
    store, document = MongoStore(connect(database), "tsunagu_stats"), f"case-{unique}"
    await store.documents.insert_one({"_id": document, "stuck": "matches-1-3"})
    aside, cluster = store.collection("letters"), await cluster_id(kafka)
    try:
        await aside.insert_one({"_id": f"another:{unique}-1-3", "key": document})
        async with letters.desks(Where(kafka, database, {}, None), "stats") as desks:
            assert ("stats", document) in await letters.untold(desks)
            await aside.insert_one({"_id": f"{cluster}:{unique}-1-4", "key": document})
            assert ("stats", document) not in await letters.untold(desks), "a letter tells of it"
    finally:
        await store.documents.delete_one({"_id": document})
        await aside.delete_many({"key": document})
