"""Clients of ours that get no answer, from a broker that answers others: a process does not wait for that."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from shared import watch
from shared.kafka.connection import Kafka, cluster_id
from shared.kafka.outgoing import Outgoing
from shared.kafka.reader import Reader
from shared.watch import Watch
from tests.contract.houses import built
from tests.contract.reading import Group, Handler, until


@asynccontextmanager
async def deaf(reader: Reader) -> AsyncIterator[None]:
    """What keeps its knowledge of the cluster has ended, as by aiokafka's issue 1038: whatever needs it waits for ever."""
    client = reader._consumer._client
    client._sync_task.cancel()
    await asyncio.gather(client._sync_task, return_exceptions=True)
    client.force_metadata_update()
    yield
    client._sync_task = asyncio.create_task(client._md_synchronizer())


@pytest.mark.parametrize("is_there", [True, False], ids=["the broker is there", "it is not ours"])
async def test_it_ends_where_waiting_does_not_help(
    kafka: Kafka, database: str, unique: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    monkeypatch.setattr(watch, "STALLED_SECONDS", 4)
    parts = built(database, tmp_path, kafka=kafka.servers)["stats"].parts
    cluster = await cluster_id(kafka) if is_there else "another"
    group = await Group(kafka, unique).prepare()
    async with group.reading(Handler()) as reader:
        await until(lambda: bool(reader.committed))
        async with deaf(reader):
            watching = Watch(parts, cluster, [reader], [], cast(Any, None), Outgoing(parts.bus)).run()
            ended = asyncio.create_task(watching)
            await asyncio.wait([ended], timeout=20)
            assert (ended.result() if ended.done() else "waits") == (1 if is_there else "waits")
            ended.cancel()
