"""Reading whole topics, without a group."""

import json
from collections import defaultdict
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.delivery.support.network import Network


async def records(network: Network, *topics: str) -> list[Any]:
    """Everything that lies on them now."""
    consumer = AIOKafkaConsumer(**network.kafka.options(), auto_offset_reset="earliest", fetch_max_wait_ms=10)
    await consumer.start()
    try:
        cluster = await consumer._client.fetch_all_metadata()  # of itself it knows what it has subscribed to
        places = [TopicPartition(topic, p) for topic in topics for p in cluster.partitions_for_topic(topic) or ()]
        consumer.assign(places)
        return await _all(consumer, places)
    finally:
        await consumer.stop()


async def _all(consumer: AIOKafkaConsumer, places: list[TopicPartition]) -> list[Any]:
    """To the end as a fetch tells it: the embedded broker is wrong when asked for it alone."""
    found: list[Any] = []
    while True:
        ends = await consumer.end_offsets(places)
        positions = {place: await consumer.position(place) for place in places}
        if all(positions[p] >= max(ends[p], consumer.highwater(p) or 0) for p in places):
            return found
        for batch in (await consumer.getmany(timeout_ms=200)).values():
            found += batch


def header(record: Any, name: str) -> str:
    return str(dict(record.headers).get(name, b"").decode())


async def updates(network: Network, *orgs: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """(partner, reference) → its updates in order, each with its `type` and `sequence`."""
    told: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for record in await records(network, *(f"partner.{org}.updates" for org in orgs)):
        body = json.loads(record.value)
        more = {"type": header(record, "ce_type"), "sequence": int(header(record, "ce_sequence"))}
        steps = told[body["org"], body["reference"]]
        if not any(step["sequence"] == more["sequence"] for step in steps):
            steps.append({**body, **more})
    return told


async def dead_letters(network: Network, service: str = "intake") -> dict[str, dict[str, str]]:
    """The record that it is about (topic-partition-offset) → the letter's headers."""
    found = {}
    for record in await records(network, f"{service}.dead-letters"):
        head = {name.removeprefix("ce_"): (value or b"").decode() for name, value in record.headers}
        found["-".join((head["topic"], head["partition"], head["offset"]))] = head
    return found
