"""Fixtures of the embedded stack's tests."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from deploy.local import checks, parts
from deploy.local.home import Home
from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from tests.local.support import Screen


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person running the tests has set for their own stack is not for these."""
    for name in [name for name in os.environ if name.startswith("TSUNAGU_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> LocalSettings:
    return LocalSettings(home=tmp_path / "home", free_ports=True)


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The URL of a database somebody else runs, for stacks that do not need one of their own."""
    port = choose_ports(LocalSettings(free_ports=True)).ports["db"]
    url = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    with TemporaryDirectory() as folder:
        part = parts.database(port, url, Home(Path(folder)), ready_within=20)
        with subprocess.Popen(part.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            yield url
            process.kill()


@pytest_asyncio.fixture
async def light(settings: LocalSettings, database: str) -> LocalSettings:
    """Settings of a stack that comes up and goes down faster."""
    while await checks.mongo(database)() is not None:
        await asyncio.sleep(0.1)
    return settings.model_copy(update={"mongo": database})


@pytest.fixture
def screen() -> Screen:
    return Screen()
