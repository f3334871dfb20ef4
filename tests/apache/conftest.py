"""The network on Apache Kafka with users and ACLs: the one on which tests/delivery runs, too, in the same session."""

import os
import shutil
import sys
from pathlib import Path

import pytest
import pytest_asyncio

from tests.apache.kafka import missing
from tests.apache.secured import Secured
from tests.delivery.conftest import Networks, apache, networks, no_settings_from_outside, own_broker, pytest_addoption
from tests.delivery.support.network import Network

__all__ = ["apache", "networks", "no_settings_from_outside", "own_broker", "pytest_addoption"]
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
def brokers(tools: None, apache: Secured | None) -> Secured:
    if apache is None:
        pytest.fail("run by `make apache`, or with --broker apache")
    return apache


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def secured(brokers: Secured, networks: Networks) -> Network:
    """Its services are users of their own; the command line, by the environment, is one who may do everything."""
    return await networks.shared()


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the tree looks to who follows the guide: the examples, and the network's own command line."""
    root, folder = Path(__file__).parents[2], tmp_path_factory.mktemp("partner")
    shutil.copytree(root / "examples", folder / "examples", ignore=shutil.ignore_patterns("target", "__pycache__"))
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder
