"""What a broker needs before the services start: its topics, and what they had said before it forgot."""

from deploy.kafka import topics
from deploy.local.addresses import Addresses
from shared.kafka.connection import cluster_id
from tsunagu.known import known_partners
from tsunagu.refill import refill, unknown_to
from tsunagu.where import kafka_of, mongo_of

PARTITIONS = 2
"""For the embedded stack, where each service runs once; more would only cost."""


async def prepare(where: Addresses, partitions: int = PARTITIONS) -> None:
    """Makes topics; refills a broker that is new to a database. Does nothing where all is there."""
    kafka = kafka_of(where.kafka)
    mongo = mongo_of(where.mongo)
    orgs = await known_partners(mongo)
    wanted = topics.network(partitions) + [topic for org in orgs for topic in topics.partner(org)]
    await topics.apply(kafka, wanted)
    if strangers := await unknown_to(await cluster_id(kafka), mongo):
        await refill(kafka, mongo, strangers, again=True)  # a first attempt may have been cut short
