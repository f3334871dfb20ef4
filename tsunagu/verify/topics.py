"""Whole topics and committed offsets, as any Kafka client sees them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.kafka.connection import Kafka
from shared.kafka.groups import offsets

BIG = 50_000_000
TIMEOUT_MS = 30_000


class Place(NamedTuple):
    """A partition."""

    topic: str
    partition: int


class Identity(NamedTuple):
    """What makes a record the same as another: its document's key, where it comes from, its number there."""

    key: str
    stream: str
    number: int | str

    def __str__(self) -> str:
        return f"{self.number} of {self.stream} for {self.key}"


@dataclass(frozen=True, slots=True)
class Told:
    """A record. `head`: CloudEvents attributes; a header that is null or no text is not among them."""

    place: Place
    offset: int
    key: str
    value: bytes
    head: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.place.topic}-{self.place.partition}-{self.offset}"

    def event(self) -> Identity:
        """One that says neither source nor sequence is only itself."""
        source, sequence = self.head.get("source"), self.head.get("sequence", "")
        if not source or not sequence.isdigit():
            return Identity(self.key, str(self.place), str(self))
        return Identity(self.key, f"{source}|{self.place.topic}", int(sequence))


Committed = Mapping[Place, int]


async def cluster_id(kafka: Kafka) -> str:
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=TIMEOUT_MS)
    await admin.start()
    try:
        return f"{(await admin.describe_cluster())['cluster_id']}{_suffix(kafka)}"
    finally:
        await admin.close()


async def committed(kafka: Kafka, groups: Sequence[str]) -> list[Committed]:
    """Per group; a partition that it has not committed yet is absent."""
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=TIMEOUT_MS)
    await admin.start()
    try:
        places = await _places(admin)  # asked for none in particular, the embedded broker ends the connection
        found = [await offsets(admin, group, places) for group in groups]
    finally:
        await admin.close()
    return [
        {Place(_plain(place.topic, kafka), place.partition): offset for place, offset in one.items() if offset >= 0}
        for one in found
    ]


async def _places(admin: AIOKafkaAdminClient) -> list[TopicPartition]:
    parts = {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics()}
    return [TopicPartition(topic, part["partition"]) for topic in parts for part in parts[topic]]


async def read_all(kafka: Kafka) -> dict[str, list[Told]]:
    """Every record that lies on any topic now, by topic, each partition in its order."""
    found = await _read(kafka, lambda name: _is_ours(name, kafka))
    return {_plain(name, kafka): told for name, told in found.items()}


async def read_earlier(kafka: Kafka, topics: Sequence[str]) -> dict[str, list[Told]]:
    """What earlier generations of these topics hold, as long as nobody has deleted them."""
    earlier = [replace(kafka, generation=number) for number in range(1, kafka.generation)]
    names = {topic: {topic + _suffix(one) for one in earlier} for topic in topics}
    found = await _read(kafka, set().union(*names.values()).__contains__) if earlier else {}
    return {topic: [told for name in names[topic] for told in found.get(name, ())] for topic in topics}


async def _read(kafka: Kafka, wanted: Callable[[str], bool]) -> dict[str, list[Told]]:
    """By the name that a topic has on the brokers."""
    consumer = AIOKafkaConsumer(
        **kafka.options(), auto_offset_reset="earliest", enable_auto_commit=False, fetch_max_wait_ms=10,
        fetch_max_bytes=BIG, max_partition_fetch_bytes=BIG, request_timeout_ms=TIMEOUT_MS,
    )  # fmt: skip
    await consumer.start()
    try:
        cluster = await consumer._client.fetch_all_metadata()  # the consumer itself knows what it has subscribed to
        names = [name for name in cluster.topics() if wanted(name)]
        parts = {name: cluster.partitions_for_topic(name) or () for name in names}
        return await _drained(consumer, [TopicPartition(name, p) for name in names for p in parts[name]], kafka)
    finally:
        await consumer.stop()


def _suffix(kafka: Kafka) -> str:
    """What names of our topics end with, from the second generation on."""
    return f".g{kafka.generation}" if kafka.generation > 1 else ""


def _plain(name: str, kafka: Kafka) -> str:
    return name.removesuffix(_suffix(kafka))


def _is_ours(name: str, kafka: Kafka) -> bool:
    """A partner's, or one of this generation."""
    later = re.search(r"\.g[0-9]+$", name)
    return not name.startswith("__") and (name.startswith("partner.") or (later[0] if later else "") == _suffix(kafka))


async def _drained(consumer: Any, places: list[TopicPartition], kafka: Kafka) -> dict[str, list[Told]]:
    topics: dict[str, list[Told]] = {place.topic: [] for place in places}
    consumer.assign(places)
    while await _is_behind(consumer, places):
        for place, records in (await consumer.getmany(timeout_ms=200)).items():
            topics[place.topic] += [_told(record, _plain(place.topic, kafka)) for record in records]
    return topics


async def _is_behind(consumer: Any, places: list[TopicPartition]) -> bool:
    """The embedded broker tells too early an end when asked for it, and the right one with each fetch."""
    ends = await consumer.end_offsets(places)
    known = {place: max(end, consumer.highwater(place) or 0) for place, end in ends.items()}
    return any([await consumer.position(place) < known[place] for place in places])


def _told(record: Any, topic: str) -> Told:
    head = {
        name.removeprefix("ce_"): value.decode(errors="replace") for name, value in record.headers if value is not None
    }
    key = (record.key or b"").decode(errors="replace")
    return Told(Place(topic, record.partition), record.offset, key, record.value or b"", head)
