"""What a broker needs before the services start: its topics, and what they had said before it forgot."""

from deploy.kafka import topics
from deploy.local.addresses import Addresses
from shared.kafka.connection import Kafka
from shared.store import MongoStore, connect
from tsunagu.refill import refill

PARTITIONS = 2
"""For the embedded stack, where each service runs once; more would only cost."""


async def prepare(where: Addresses) -> None:
    """Makes topics; refills a broker that is new to a database that is not. Does nothing where all is there."""
    kafka = Kafka(where.kafka)
    orgs = await known_partners(where.mongo)
    wanted = topics.network(PARTITIONS) + [topic for org in orgs for topic in topics.partner(org)]
    made = await topics.apply(kafka, wanted)
    if "cases" in made:
        await refill(kafka, where.mongo)


async def known_partners(mongo: str) -> list[str]:
    partners = MongoStore(connect(mongo), "tsunagu_intake").collection("partners")
    return sorted(await partners.distinct("org"))
