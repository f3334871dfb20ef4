"""Everything that a network leaves behind, as bytes: topics, databases, logs, metrics."""

import base64
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import quote

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.store import connect
from tests.delivery.support.network import SERVICES, Network

Found = tuple[str, bytes]
"""Where, and what lies there."""


async def traces(net: Network) -> list[Found]:
    """But for the mail server's folder: a mail says to whom it goes. And but for what partners themselves wrote."""
    return [
        *[found async for found in _topics(net)],
        *[found async for found in _databases(net)],
        *[(str(path), path.read_bytes()) for path in (net.home / "logs").rglob("*") if path.is_file()],
        *[(f"metrics of {name}", await _metrics(net, name)) for name in SERVICES],
    ]


async def _topics(net: Network) -> AsyncIterator[Found]:
    consumer = AIOKafkaConsumer(bootstrap_servers=net.where.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        cluster = await consumer._client.fetch_all_metadata()  # of itself it knows what it has subscribed to
        names = [n for n in cluster.topics() if not (n.startswith("partner.") and n.endswith(".referrals"))]
        consumer.assign([TopicPartition(n, p) for n in names for p in cluster.partitions_for_topic(n) or ()])
        while batches := await consumer.getmany(timeout_ms=1500):
            for place, records in batches.items():
                for one in records:
                    heads = b"\n".join(name.encode() + b": " + (value or b"") for name, value in one.headers)
                    yield (
                        f"{place.topic}-{place.partition}-{one.offset}",
                        b"\n".join([one.key or b"", heads, one.value or b""]),
                    )
    finally:
        await consumer.stop()


async def _databases(net: Network) -> AsyncIterator[Found]:
    client = connect(net.where.mongo)
    for service in SERVICES:
        database: Any = client.get_database(f"tsunagu_{service}")
        for name in await database.list_collection_names():
            async for row in database.get_collection(name).find({}):
                yield f"{service}.{name} {row['_id']}", json.dumps(row, default=str, ensure_ascii=False).encode()
    client.close()


async def _metrics(net: Network, service: str) -> bytes:
    return (await net.http.get(f"{net.where.services[service]}/metrics")).content


def hits(found: Iterable[Found], planted: Iterable[str]) -> list[str]:
    """Where any of it can be read, however it is written down. Says where, never what."""
    disguised = {form for text in planted for form in _forms(text)}
    return sorted(
        {where for where, content in found if any(form in content or form in where.encode() for form in disguised)}
    )


def _forms(text: str) -> set[bytes]:
    plain = text.encode()
    return {plain, text.lower().encode(), json.dumps(text)[1:-1].encode(), quote(text).encode(), *_in_base64(plain)}


def _in_base64(plain: bytes) -> set[bytes]:
    """As it looks inside a longer text in base64, whichever of the three places it begins at: the signs that it alone
    decides, all of them, for four would be met by chance.
    """
    forms = set()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + plain)
        inner = encoded[(shift * 8 + 5) // 6 : (shift + len(plain)) * 8 // 6]
        forms |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return forms
