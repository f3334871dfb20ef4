"""An embedded broker; the embedded database, or the one that TSUNAGU_MONGO names; and what was measured."""

import os
from collections.abc import Iterator
from importlib.metadata import version

import pytest
from pymongo import MongoClient

from tests.bench.results import Results
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


def _named(url: str) -> str:
    if not GIVEN:
        return f"SecantusDB {version('secantusdb')}"
    client: MongoClient[object] = MongoClient(url, timeoutMS=5000)
    return f"MongoDB {client.server_info()['version']}"
