"""What the store has acknowledged is there after the database was killed: bulk writes too, whose flush is one for all."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local import parts
from deploy.local.home import Home
from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from shared.kernel.document import Document
from shared.store import DatabaseError, MongoStore, connect
from tests.contract.conftest import READY_WITHIN, until_ready

KEYS = [f"case-{n}" for n in range(40)]
KILLS, LEAST = 3, 5


@contextmanager
def database(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Its process, to be killed, and its URL."""
    url = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    part = parts.database(port, url, Home(folder), READY_WITHIN)
    Home(folder).make()
    with subprocess.Popen(part.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            asyncio.run(until_ready(part))
            yield process, url
        finally:
            process.kill()


async def write_until_it_dies(url: str, revs: dict[str, str], process: subprocess.Popen[bytes]) -> None:
    """Each round replaces every document in one bulk; the database is killed in the middle of one. `revs`: as answered."""
    store, rounds = MongoStore(connect(url), "killed"), 0
    revs |= {key: document.rev for key, document in (await store.load(KEYS)).items()}
    while True:
        rounds += 1
        written = [(revs.get(key, ""), Document(key, rev=f"{process.pid}-{rounds}")) for key in KEYS]
        writing = asyncio.ensure_future(store.write(written))
        if rounds == LEAST:
            await asyncio.sleep(0)
            process.kill()
        try:
            assert await writing == set()
        except DatabaseError:
            return
        revs |= {document.key: document.rev for _, document in written}
        if rounds >= LEAST:  # it was quicker than the kill
            return


async def read(url: str) -> dict[str, int]:
    """Rounds by key."""
    found = await MongoStore(connect(url), "killed").load(KEYS)
    return {key: int(document.rev.partition("-")[2]) for key, document in found.items()}


@pytest.mark.parametrize("kill", range(KILLS))
def test_what_was_acknowledged_survives(tmp_path: Path, kill: int) -> None:
    port, revs = choose_ports(LocalSettings(free_ports=True)).ports["db"], dict[str, str]()
    with database(tmp_path, port) as (process, url):
        asyncio.run(write_until_it_dies(url, revs, process))
    with database(tmp_path, port) as (_, url):
        found = asyncio.run(read(url))
    acknowledged = {key: int(rev.partition("-")[2]) for key, rev in revs.items()}
    assert {key for key in KEYS if found[key] < acknowledged[key]} == set(), f"lost in run {kill}"
