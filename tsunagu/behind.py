"""What the services stand on, each asked whether it answers: a process that hangs has a number, and answers nobody."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from aiokafka.errors import KafkaError

from deploy.local.info import PartInfo
from shared.connections import Connections
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka, cluster_id
from shared.refusals import reason
from shared.setting_types import host_and_port
from shared.settings import made
from shared.store import DatabaseError, connect

UP = "up"
PATIENCE = 5.0
"""Seconds."""


@dataclass(frozen=True)
class Part:
    """`runs`: False for one of the stack here whose process has ended."""

    name: str
    address: str
    answer: Callable[[], Awaitable[Any]]
    runs: bool = True

    async def state(self) -> str:
        if not self.runs:
            return "down"
        try:
            async with asyncio.timeout(PATIENCE):
                await self.answer()
        except (KafkaError, DatabaseError, OSError) as error:
            return await _why(self.name, error)
        return UP


async def _why(name: str, error: BaseException) -> str:
    """Of one that is there and refuses us; else it is away."""
    try:
        told = name if name == "mail" else await reason(name, error, made(Connections))
    except TsunaguError:  # it is of the stack that runs here: nobody had to say where
        told = name
    return "no answer" if told == name else told


def behind(
    kafka: Kafka, mongo: str, smtp: str | None, parts: Mapping[str, PartInfo] = MappingProxyType({})
) -> Iterator[Part]:
    """`mongo`: URL; `smtp`: host:port; `parts`: those of the stack that runs here."""
    yield _part("broker", kafka.servers, lambda: cluster_id(kafka), parts.get("broker"))
    nodes = urlsplit(mongo).netloc.rpartition("@")[2]
    yield _part("database", nodes, lambda: _pinged(mongo), parts.get("database"))
    if smtp:
        yield _part("mail", smtp, lambda: _greeted(smtp), parts.get("mail"))


def _part(name: str, address: str, answer: Callable[[], Awaitable[Any]], part: PartInfo | None) -> Part:
    return Part(name, part.address if part else address, answer, part is None or part.pid is not None)


async def _pinged(mongo: str) -> None:
    client = connect(mongo)
    try:
        await client.admin.command("ping")
    finally:
        client.close()


async def _greeted(smtp: str) -> None:
    """A mail server speaks first."""
    reader, writer = await asyncio.open_connection(*host_and_port(smtp))
    try:
        if not await reader.readline():
            raise ConnectionError("it hung up")
    finally:
        writer.close()
