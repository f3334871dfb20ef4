"""A network on a real Apache Kafka with users and ACLs; everything else of it is embedded."""

import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.apache.kafka import Apache, apache, missing
from tests.delivery.conftest import no_settings_from_outside
from tests.delivery.support.network import Network, network
from tests.delivery.support.partner import import_roster

__all__ = ["no_settings_from_outside"]
TOOLS = ("java", "javac", "mvn", "kcat", "jose", "jq", "curl")


@pytest.fixture(scope="session")
def tools() -> None:
    """In CI a machine that lacks one of them is a failure, elsewhere a reason to skip."""
    if lacking := missing(*TOOLS):
        told = f"not on this machine: {', '.join(lacking)} (Debian: default-jdk-headless maven kcat jose jq curl)"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)


@pytest.fixture(scope="session")
def kafka(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apache]:
    with apache(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def secured(
    kafka: Apache, no_settings_from_outside: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Network]:
    """The four services as a user who may do everything. The services and the command line find it in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TSUNAGU_KAFKA_USER", kafka.user)
        patch.setenv("TSUNAGU_KAFKA_PASSWORD", kafka.password)
        async with network(tmp_path_factory.mktemp("network"), kafka=kafka.servers) as net:
            await import_roster(net)
            yield net


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the tree looks to who follows the guide: the examples, and the network's own command line."""
    root, folder = Path(__file__).parents[2], tmp_path_factory.mktemp("partner")
    shutil.copytree(root / "examples", folder / "examples", ignore=shutil.ignore_patterns("target", "__pycache__"))
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder
