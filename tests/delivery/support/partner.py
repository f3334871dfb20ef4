"""A partner organisation without our code but for the sealing: aiokafka, JSON, CloudEvents headers."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaProducer
from joserfc.jwk import KeySet

from deploy.kafka import access, topics
from deploy.kafka.there import replicas_of
from services.intake.partners import partners_of
from shared.access import Actor, Role
from shared.kafka.connection import Kafka
from shared.seal import read_keys, seal_json
from tests.delivery.support.network import Network
from tsunagu.demo import world
from tsunagu.demo.planned import Planned
from tsunagu.demo.roster import SupporterRow

Headers = list[tuple[str, bytes | None]]
PUBLISHED = "tsunagu.referral.published.v1"
WITHDRAWN = "tsunagu.referral.withdrawn.v1"


@dataclass
class Partner:
    """`api_key`: for HTTP. `last`: where the record lies that was sent last, as topic-partition-offset."""

    org: str
    api_key: str
    keys: KeySet
    producer: AIOKafkaProducer
    last: str = ""

    def body(self, planned: Planned) -> dict[str, Any]:
        """Sealed anew with every call, as real clients do."""
        resident = planned.resident
        clear = {"name": resident.name, "contacts": resident.phone, "note": resident.note}
        return planned.event(seal_json(clear, self.keys))

    async def publish(self, planned: Planned, **changes: Any) -> int:
        """As a good partner; `changes` are laid over the data."""
        return await self.send(json.dumps({**self.body(planned), **changes}).encode(), planned.reference)

    async def send(
        self, value: bytes | None, reference: str, headers: Headers | None = None, key: bytes | None = None
    ) -> int:
        """Anything at all. Returns its offset."""
        head = envelope(self.org, reference) if headers is None else headers
        sent = await self.producer.send_and_wait(
            f"partner.{self.org}.referrals", value, key=key or reference.encode(), headers=head
        )
        self.last = f"{sent.topic}-{sent.partition}-{sent.offset}"
        return int(sent.offset)


def envelope(org: str, id: str, type: str = PUBLISHED) -> Headers:
    """A CloudEvent in binary mode."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", f"{org}-{id}".encode()),
        ("ce_source", f"https://{org}.example/".encode()),
        ("ce_type", type.encode()),
        ("ce_time", b"2025-06-10T10:00:00+09:00"),
        ("content-type", b"application/json"),
    ]


async def join(network: Network, orgs: Sequence[str]) -> dict[str, Partner]:
    """New partners, with topics and an API key each; where the brokers have users, each is its own."""
    replicas = await replicas_of(network.kafka, network.kafka.name(topics.network()[0].name))
    await topics.apply(network.kafka, [topic for org in orgs for topic in _topics(network, org)], replicas=replicas)
    keys = read_keys(network.where.keys / "network-public.json")
    producers = {org: await _producer(network, org) for org in orgs}
    async with partners_of(network.kafka, network.where.mongo) as partners:
        return {org: Partner(org, await partners.add_key(org), keys, producers[org]) for org in orgs}


def _topics(network: Network, org: str) -> list[topics.Topic]:
    """On Apache Kafka with more partitions than is the rule: whoever reads or empties them must ask for each."""
    made = topics.partner(org)
    return [replace(topic, partitions=2) for topic in made] if network.apache else made


async def _producer(network: Network, org: str) -> AIOKafkaProducer:
    kafka = network.kafka
    if network.apache:
        kafka = Kafka(kafka.servers, access.user(org), await access.add_user(kafka, org))
    producer = AIOKafkaProducer(**kafka.options(), acks="all", max_request_size=10_000_000)
    await producer.start()
    network.leaving.push_async_callback(producer.stop)
    return producer


def planned(count: int, now: datetime, *, start: int = 0, prefix: str = "R") -> list[Planned]:
    """Referrals of the demo's world, as if they were published now, by its partners in turn."""
    chosen = world.referrals(world.SEED)[start : start + count]
    return [as_of(one, now, f"{prefix}-{number:04}") for number, one in enumerate(chosen)]


def as_of(one: Planned, now: datetime, reference: str) -> Planned:
    consent = replace(one.consent, given_at=now - timedelta(hours=1))
    return replace(one, reference=reference, when=None, consent=consent)


def orgs_of(plans: Iterable[Planned]) -> list[str]:
    return sorted({one.org for one in plans})


def roster() -> list[SupporterRow]:
    """The demo's supporters and specialists."""
    return [*world.supporters(world.SEED), *world.specialists(world.SEED)]


async def import_roster(network: Network, rows: Sequence[SupporterRow] | None = None) -> None:
    """By default the demo's."""
    rows = roster() if rows is None else rows
    files = {"file": ("roster.csv", world.to_csv(rows).encode())}
    url = f"{network.where.services['matching']}/supporters/import"
    headers = {"accept": "application/json"} | await network.signed_in("matching", Actor(Role.COORDINATOR, "test"))
    answer = await network.http.post(url, files=files, headers=headers, timeout=30)
    assert answer.status_code < 300, answer.text
