"""Fixtures of the delivery tests: whole networks, and a database for data sets written by hand."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from deploy.local import checks, parts
from deploy.local.home import Home
from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from tests.delivery.support.network import Network, network
from tests.delivery.support.partner import import_roster


@pytest.fixture(autouse=True, scope="session")
def no_settings_from_outside() -> Iterator[None]:
    """What the person running the tests has set for their own network is not for these."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("TSUNAGU_")]:
            patch.delenv(name)
        yield


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Network]:
    """For tests that leave it whole: with the demo's roster, and never short of a broker or a database."""
    async with network(tmp_path_factory.mktemp("shared")) as net:
        await import_roster(net)
        yield net


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Network]:
    """For tests that take its parts away."""
    async with network(tmp_path_factory.mktemp("own")) as net:
        await import_roster(net)
        yield net


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The URL of an empty database."""
    port = choose_ports(LocalSettings(free_ports=True)).ports["db"]
    url = f"mongodb://127.0.0.1:{port}/?directConnection=true&w=majority&journal=true"
    with TemporaryDirectory() as folder:
        part = parts.database(port, url, Home(Path(folder)), ready_within=20)
        with subprocess.Popen(part.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            asyncio.run(_ready(url))
            yield url
            process.kill()


async def _ready(url: str) -> None:
    async with asyncio.timeout(20):
        while await checks.mongo(url)() is not None:
            await asyncio.sleep(0.1)
