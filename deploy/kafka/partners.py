"""What comes with a partner, made as the network's own topics are."""

from collections.abc import Collection

from aiokafka.admin import AIOKafkaAdminClient

from deploy.kafka import topics
from deploy.kafka.declared import read
from deploy.kafka.difference import durable
from shared.kafka.connection import Kafka


async def make_topics(kafka: Kafka, orgs: Collection[str]) -> list[str]:
    """Those of these partners that are missing, on as many brokers as the network's own; returns their names."""
    declared = read()
    own = kafka.name(topics.network(declared=declared)[0].name)
    replicas = await _replicas(kafka, own) or declared.replicas
    wanted = [durable(topic, replicas) for org in orgs for topic in topics.partner(org, declared)]
    return await topics.apply(kafka, wanted, replicas=replicas)


async def _replicas(kafka: Kafka, name: str) -> int:
    """Of a topic as it is: it may have been made with other ones than the file says. 0: it is not there, and is not made:
    brokers may make a topic that is asked for by name, so all are asked for.
    """
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=10_000)
    await admin.start()
    try:
        found = [one for one in await admin.describe_topics() if one["topic"] == name]
    finally:
        await admin.close()
    return min((len(part["replicas"]) for one in found for part in one["partitions"]), default=0)
