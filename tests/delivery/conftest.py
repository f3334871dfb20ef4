"""Fixtures of the delivery tests: whole networks, and a database for data sets written by hand."""

import asyncio
import itertools
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from deploy.local import checks, parts
from deploy.local.home import Home
from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from shared.kafka.connection import Kafka
from tests.apache.secured import Secured
from tests.delivery.support.chosen import knowing_nothing, on_apache, with_users, without_users
from tests.delivery.support.losing import holdable
from tests.delivery.support.network import Network, network
from tests.delivery.support.partner import import_roster

APACHE = pytest.StashKey[Secured]()
"""In the session's stash, for tests/apache has these fixtures, too: there is one broker and one network on it."""

BROKERS = {"networks", "own_broker", "new_broker"}
"""Fixtures of whoever uses one."""


def pytest_addoption(parser: pytest.Parser) -> None:
    with suppress(ValueError):  # of tests/apache, too: whoever comes second finds it there
        parser.addoption("--broker", choices=("embedded", "apache"), default="embedded", help="what these tests run on")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On Apache Kafka those alone for which it makes a difference: who uses no broker is as it was."""
    if not on_apache(config):
        return
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    needless = [item for item in here if not BROKERS & {*getattr(item, "fixturenames", ())}]
    needless += [item for item in here if item.get_closest_marker("embedded") and item not in needless]
    config.hook.pytest_deselected(items=needless)
    items[:] = [item for item in items if item not in needless]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure shows what the services of the networks that are up have last said."""
    report = yield
    if report.failed and NETWORKS in item.config.stash:
        report.sections += item.config.stash[NETWORKS].last_words()
    return report


@pytest.fixture(autouse=True, scope="session")
def no_settings_from_outside(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the person running the tests has set for their own network is not for these; what `apache` has set is."""
    ours = request.config.stash[APACHE].env() if APACHE in request.config.stash else {}
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("TSUNAGU_") and name not in ours]:
            patch.delenv(name)
        yield


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def apache(
    request: pytest.FixtureRequest, no_settings_from_outside: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Secured | None]:
    """The broker that was chosen; None: each network has its own, embedded."""
    stash = request.config.stash
    if APACHE in stash:
        yield stash[APACHE]
        return
    async with with_users(request.config, tmp_path_factory.mktemp("kafka")) as made:
        if made:
            stash[APACHE] = made
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_broker(
    request: pytest.FixtureRequest, no_settings_from_outside: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Secured | None]:
    """The same of one's own, for services that are others than everybody's."""
    async with with_users(request.config, tmp_path_factory.mktemp("own-kafka")) as made:
        yield made


@pytest.fixture(scope="session")
def open_apache(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka | None]:
    with without_users(request.config, tmp_path_factory.mktemp("open-kafka")) as made:
        yield made


GENERATIONS = itertools.count(1, 2)
"""Two for each, for some go on to the next."""


@pytest.fixture
def new_broker(open_apache: Kafka | None, tmp_path: Path) -> Iterator[Callable[[], Kafka]]:
    """Makes brokers that know nothing."""
    with knowing_nothing(open_apache, tmp_path, GENERATIONS) as made:
        yield made


@dataclass
class Networks:
    """`shared()`: the one of the whole session, from the first who asks."""

    apache: Secured | None
    folders: pytest.TempPathFactory
    leaving: AsyncExitStack
    one: Network | None = None
    up: list[Network] = field(default_factory=list)

    async def shared(self) -> Network:
        if self.one is None:
            self.one = await self.leaving.enter_async_context(self.new("shared"))
        return self.one

    @asynccontextmanager
    async def new(self, name: str) -> AsyncIterator[Network]:
        """With the demo's roster, and services that can be held back."""
        folder = self.folders.mktemp(name)
        async with network(folder, holdable(folder), self.apache) as net:
            await import_roster(net)
            self.up.append(net)
            yield net
            self.up.remove(net)

    def last_words(self) -> list[tuple[str, str]]:
        """(whose, the end of its log), for a report."""
        logs = [log for net in self.up for log in sorted((net.home / "logs").glob("*.log"))]
        return [
            (f"{log.stem} in {log.parents[2].name}", tail(log))
            for log in logs
            if log.stem not in ("broker", "database")
        ]


def tail(log: Path, lines: int = 12) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


NETWORKS = pytest.StashKey[Networks]()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def networks(
    request: pytest.FixtureRequest, apache: Secured | None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Networks]:
    if NETWORKS in request.config.stash:
        yield request.config.stash[NETWORKS]
        return
    async with AsyncExitStack() as leaving:
        request.config.stash[NETWORKS] = Networks(apache, tmp_path_factory, leaving)
        yield request.config.stash[NETWORKS]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_network(networks: Networks) -> Network:
    """For tests that leave it whole: never short of a broker or a database."""
    return await networks.shared()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_network(networks: Networks) -> AsyncIterator[Network]:
    """For tests that take its parts away. Apache Kafka comes back as it was, so there one network serves all."""
    if networks.apache:
        yield await networks.shared()
        return
    async with networks.new("own") as net:
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
