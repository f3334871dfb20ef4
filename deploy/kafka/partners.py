"""What comes with a partner, made as the network's own topics are."""

from collections.abc import Collection

from deploy.kafka import topics
from deploy.kafka.declared import read
from deploy.kafka.difference import durable
from deploy.kafka.there import replicas_of
from shared.kafka.connection import Kafka


async def make_topics(kafka: Kafka, orgs: Collection[str]) -> list[str]:
    """Those of these partners that are missing, on as many brokers as the network's own; returns their names."""
    declared = read()
    replicas = await replicas_of(kafka, kafka.name(topics.network(declared=declared)[0].name)) or declared.replicas
    wanted = [durable(topic, replicas) for org in orgs for topic in topics.partner(org, declared)]
    return await topics.apply(kafka, wanted, replicas=replicas)
