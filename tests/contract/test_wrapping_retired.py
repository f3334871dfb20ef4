"""A wrapping key goes only when nobody's key lies under it: what it wraps could be opened by nobody, ever."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from shared.clock import RealClock
from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.privacy.vault import Vault
from shared.privacy.wrapping import WrappingKeys
from shared.shelf import shelf
from shared.store import MongoStore, connect
from tsunagu.commands import keys
from tsunagu.where import Where


@pytest.fixture(autouse=True)
async def nobodys_key(database: str) -> None:
    """Whose keys other tests have left there."""
    client = connect(database)
    for service in ("intake", "matching"):
        store = MongoStore(client, f"tsunagu_{service}")
        for name in await store.names():
            if "keys" in name:
                await store.collection(name).drop()
    client.close()


async def keep(where: Where, service: str, *people: str) -> None:
    """As the service does that is running: with the keys of the file as it is now."""
    assert where.wrapping_keys
    client, bus = connect(where.mongo), KafkaBus(where.kafka)
    await bus.start()
    own = shelf(service, "keys", MongoStore(client, f"tsunagu_{service}"), bus, RealClock())
    await Vault(own, WrappingKeys.read(where.wrapping_keys)).keys_for(people)
    await bus.stop()
    client.close()


async def test_it_is_refused_until_every_key_is_wrapped_anew(database: str, kafka: Kafka, tmp_path: Path) -> None:
    keys.make(tmp_path)
    where = Where(kafka, database, {}, None, wrapping_keys=tmp_path / "wrapping/keys.json")
    await keep(where, "intake", "case-retired-1", "case-retired-2")
    await keep(where, "matching", "supporter-retired")
    keys.roll(tmp_path, "wrapping")
    with pytest.raises(TsunaguError, match=r"2 of intake, 1 of matching; nothing is retired.*keys rewrap"):
        await keys.must_be_rewrapped(where, tmp_path)
    await keys.rewrap(where)
    await keys.must_be_rewrapped(where, tmp_path)


async def test_a_folder_of_another_network_is_refused(database: str, kafka: Kafka, tmp_path: Path) -> None:
    """What is asked are the databases of this one: that another's keys are all wrapped anew they cannot say."""
    keys.make(tmp_path / "ours")
    keys.make(tmp_path / "other")
    where = Where(kafka, database, {}, None, wrapping_keys=tmp_path / "ours/wrapping/keys.json")
    await keep(where, "intake", "case-of-ours")
    with pytest.raises(TsunaguError, match="nothing is retired"):
        await keys.must_be_rewrapped(where, tmp_path / "other")


async def test_one_key_that_is_lost_keeps_no_other_service_from_being_done(
    database: str, kafka: Kafka, tmp_path: Path
) -> None:
    keys.make(tmp_path / "lost")
    keys.make(tmp_path)
    where = Where(kafka, database, {}, None, wrapping_keys=tmp_path / "wrapping/keys.json")
    await keep(replace(where, wrapping_keys=tmp_path / "lost/wrapping/keys.json"), "intake", "case-lost")
    await keep(where, "intake", "case-good")
    await keep(where, "matching", "supporter-good")
    keys.roll(tmp_path, "wrapping")
    with pytest.raises(TsunaguError, match=r"^intake: all others are wrapped anew; .*: case-lost\. "):
        await keys.rewrap(where)
    with pytest.raises(TsunaguError, match=r": 1 of intake; nothing is retired"):
        await keys.must_be_rewrapped(where, tmp_path)


async def test_it_is_refused_while_a_service_runs_that_does_not_know_the_newest(
    database: str, kafka: Kafka, tmp_path: Path
) -> None:
    """It goes on wrapping with the one that would be retired: of whoever comes next, nothing could be opened again."""
    keys.make(tmp_path)
    file = tmp_path / "wrapping/keys.json"
    made = WrappingKeys.read(file).made
    async with answering(f"process_start_time_seconds {made + 1:.11e}\n") as url:
        where = Where(kafka, database, {"intake": url, "stats": url}, None, wrapping_keys=file)
        await keep(where, "intake", "case-before")
        await keys.rewrap(where)
        _rolled_at(made + 2, tmp_path)
        for step in (keys.rewrap(where), keys.must_be_rewrapped(where, tmp_path)):
            with pytest.raises(TsunaguError, match=r"^intake: started before the newest wrapping key was made"):
                await step
    async with silent() as url:
        with pytest.raises(TsunaguError, match=r"^intake: .* or does not say when; nothing is done"):
            await keys.rewrap(replace(where, urls={"intake": url}))
    await keys.rewrap(where)  # one that is stopped will read it
    await keys.must_be_rewrapped(where, tmp_path)


def _rolled_at(at: int, folder: Path) -> None:
    keys.roll(folder, "wrapping")
    file = folder / "wrapping/keys.json"
    rolled = json.loads(file.read_text())
    rolled["keys"][0]["iat"] = at
    file.write_text(json.dumps(rolled))


@asynccontextmanager
async def silent() -> AsyncIterator[str]:
    """The address of a service that hangs."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def answering(metrics: str) -> AsyncIterator[str]:
    """The address of a service, as far as it is asked here."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            f"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {len(metrics)}\r\n\r\n{metrics}".encode()
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
