"""A real broker and a real database, embedded, for as long as the tests of this folder run."""

import asyncio
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local import parts
from deploy.local.home import Home
from deploy.local.part import Part
from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from shared.kafka.connection import Kafka

READY_WITHIN = 30.0


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("embedded"))


@pytest.fixture(scope="session")
def ports() -> dict[str, int]:
    return choose_ports(LocalSettings(free_ports=True)).ports


@pytest.fixture(scope="session")
def database(home: Home, ports: dict[str, int]) -> Iterator[str]:
    """The URL of a database."""
    url = f"mongodb://127.0.0.1:{ports['db']}/?directConnection=true"
    with running(parts.database(ports["db"], url, home, READY_WITHIN), home.database.parent):
        yield url


@pytest.fixture(scope="session")
def kafka(home: Home, ports: dict[str, int]) -> Iterator[Kafka]:
    with running(parts.broker(ports["broker"], home, READY_WITHIN), home.database.parent):
        yield Kafka(f"127.0.0.1:{ports['broker']}")


@contextmanager
def running(part: Part, folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    command = [*part.command, *part.arguments()]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with ThreadPoolExecutor() as aside:  # the test that asks may have a loop running
                aside.submit(asyncio.run, until_ready(part)).result()
            yield
        finally:
            process.kill()


async def until_ready(part: Part) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while await part.ready() is not None:
            await asyncio.sleep(0.05)


@pytest.fixture
def unique() -> str:
    """A name that no other test has."""
    return f"t{uuid4().hex[:10]}"
