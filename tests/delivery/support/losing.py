"""Taking things away from a network: a service held back, its database dropped, its documents before and after."""

import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from deploy.local.parts import SERVICE_COMMANDS
from shared.kernel.document import Document
from shared.shelf import SHELVES
from shared.store import MongoStore, connect
from tests.delivery.support.network import SERVICES, Network, until
from tests.delivery.support.topics import records
from tsunagu.where import Where

Documents = Mapping[str, Document]
_HELD = 'while [ -e "$0" ]; do sleep 0.1; done; exec "$@"'


def holdable(folder: Path) -> dict[str, Sequence[str]]:
    """The services, none of which starts while its file lies in the folder."""
    return {name: ("sh", "-c", _HELD, str(folder / f"hold-{name}"), *run) for name, run in SERVICE_COMMANDS.items()}


@asynccontextmanager
async def stopped(net: Network, *services: str) -> AsyncIterator[None]:
    """Inside the block they do not run; after it they are ready again."""
    holds = [net.home.parent / f"hold-{service}" for service in services]
    for hold, service in zip(holds, services, strict=True):
        hold.touch()
        net.signal(service, signal.SIGTERM)
    try:
        await until("they have stopped", lambda: _silent(net, services), 20)
        yield
    finally:
        for hold in holds:
            hold.unlink()
    await until("ready again", net.ready, 60)


async def _silent(net: Network, services: Sequence[str]) -> bool:
    return not any([await net.health(service, "live") for service in services])


def store(net: Network, service: str) -> MongoStore:
    return MongoStore(connect(net.where.mongo), f"tsunagu_{service}")


async def drop(net: Network, service: str) -> None:
    await connect(net.where.mongo).drop_database(f"tsunagu_{service}")


async def documents(of: MongoStore) -> Documents:
    """All but what differs with each write, and what is only on its way."""
    found = await of.load([row["_id"] async for row in of.documents.find({}, {"_id": 1})])
    return {key: replace(document, rev="", outbox=()) for key, document in found.items()}


async def shelves(net: Network, service: str) -> dict[str, list[Any]]:
    """Keys, partners, audit logs: what lies beside documents."""
    names = SHELVES.get(service, {})
    return {
        name: await store(net, service).collection(name).find({}, sort=[("_id", 1)]).to_list(None) for name in names
    }


async def all_documents(net: Network) -> dict[str, Documents]:
    return {service: await documents(store(net, service)) for service in SERVICES}


def where(net: Network) -> Where:
    """As commands are told."""
    return Where(net.kafka, net.where.mongo, net.where.services, net.where.keys / "network-public.json")


async def said(net: Network, *topics: str) -> dict[tuple[str, str, str], bytes]:
    """(topic, source, sequence) of everything told → its bytes: the first copy."""
    told: dict[tuple[str, str, str], bytes] = {}
    for record in await records(net, *topics):
        head = {name: (value or b"").decode() for name, value in record.headers}
        told.setdefault((f"{record.topic}|{record.key!r}", head["ce_source"], head["ce_sequence"]), record.value)
    return told


def differences(before: Mapping[str, Documents], after: Mapping[str, Documents]) -> list[str]:
    """Named by service, document and field."""
    return [
        f"{service} {key} {name}"
        for service in before
        for key in {*before[service], *after[service]}
        for name in Document.__dataclass_fields__
        if getattr(before[service].get(key), name, None) != getattr(after[service].get(key), name, None)
    ]
