"""What a broker needs before the services start: its topics, and what they had said before it forgot."""

from deploy.kafka import topics
from deploy.local.addresses import Addresses
from shared.kafka.connection import cluster_id
from shared.store import MongoStore, connect
from tsunagu.refill import refill, unknown_to
from tsunagu.where import kafka_of

PARTITIONS = 2
"""For the embedded stack, where each service runs once; more would only cost."""


async def prepare(where: Addresses, partitions: int = PARTITIONS) -> None:
    """Makes topics; refills a broker that is new to a database. Does nothing where all is there."""
    kafka = kafka_of(where.kafka)
    orgs = await known_partners(where.mongo)
    wanted = topics.network(partitions) + [topic for org in orgs for topic in topics.partner(org)]
    await topics.apply(kafka, wanted)
    if strangers := await unknown_to(await cluster_id(kafka), where.mongo):
        await refill(kafka, where.mongo, strangers, again=True)  # a first attempt may have been cut short


async def known_partners(mongo: str) -> list[str]:
    partners = MongoStore(connect(mongo), "tsunagu_intake").collection("partners")
    return sorted(await partners.distinct("org"))
