"""An embedded broker; the embedded database, or the one that TSUNAGU_MONGO names; and what was measured."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest
from pymongo import MongoClient

from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from shared.kafka.connection import Kafka
from tests.apache.kafka import apache, missing
from tests.bench.results import Results
from tests.bench.rivals import database as fast
from tests.bench.rivals.arena import Arena
from tests.contract.conftest import database as embedded
from tests.contract.conftest import home, kafka, ports

__all__ = ["embedded", "home", "kafka", "ports"]

GIVEN = os.environ.get("TSUNAGU_MONGO")


@pytest.fixture(scope="session")
def mongo(request: pytest.FixtureRequest) -> str:
    return GIVEN or request.getfixturevalue("embedded")


@pytest.fixture(scope="session")
def results(mongo: str) -> Iterator[Results]:
    """Written, and shown, however the run ends."""
    found = Results(_named(mongo))
    yield found
    found.write()
    print(f"\n\n{found.table()}")


@pytest.fixture(scope="session")
def arena(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """Apache Kafka, for the embedded broker knows no transactions; the fastest database that there is."""
    if lacking := missing("java", "mvn"):
        pytest.skip(f"not on this machine: {', '.join(lacking)} (Debian: default-jdk-headless maven)")
    folder = tmp_path_factory.mktemp("arena")
    with apache(folder / "kafka", secured=False) as broker, _database(request, folder / "database") as database:
        assert broker.process
        url, name, servers = database
        yield Arena(Kafka(broker.servers), url, folder, [broker.process.pid, *servers], name)


@contextmanager
def _database(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[str, str, list[int]]]:
    """URL, name, and its process where it is ours to see."""
    program = fast.found()
    if GIVEN or not program:
        url = request.getfixturevalue("mongo")
        yield url, _named(url), []
        return
    port = choose_ports(LocalSettings(free_ports=True)).ports["db"]
    with fast.running(program, port, folder) as (url, pid):
        yield url, f"SecantusDB (Rust) {fast.version(program)}", [pid]


def _named(url: str) -> str:
    if not GIVEN:
        return f"SecantusDB {version('secantusdb')}"
    client: MongoClient[object] = MongoClient(url, timeoutMS=5000)
    return f"MongoDB {client.server_info()['version']}"
