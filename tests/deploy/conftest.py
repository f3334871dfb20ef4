"""The network of docker-compose.yml on the image that the Dockerfile makes, as far as it can be had without an engine.

Apache Kafka is real, with the file's users and grants. The database is the embedded one, and the inbox ours.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.apache.kafka import missing
from tests.deploy import broker
from tests.deploy.container import Container, Network, Running, hosts, network, ran, started
from tests.deploy.image import Image, built
from tests.deploy.model import COMMAND_LINE, OURS, ROOT, Model, environment, model, mounts, secrets

TOOLS = ("buildah", "debootstrap", "java", "mvn", "ip", "nsenter", "unshare", "setpriv")
MONGO = "mongodb://mongo:27017/?directConnection=true"
"""The embedded database is no replica set."""


@dataclass(frozen=True)
class Stage:
    """`volumes`: folder of the named ones. `running`: by container."""

    read: Model
    image: Image
    network: Network
    folder: Path
    running: dict[str, Running]

    def container(self, name: str, *command: str) -> Container:
        """As the file says; `command` instead of its own."""
        said = self.read["services"][name]
        env = {**self.image.env, **environment(self.read, name)}
        if "TSUNAGU_MONGO" in env:
            env["TSUNAGU_MONGO"] = MONGO
        volumes = {target: (self.volume(source, target), ro) for source, target, ro in mounts(self.read, name)}
        return Container(
            name, self.image.root, [*said.get("entrypoint", ()), *(command or said["command"])], env, self.image.user,
            {**volumes, "/etc/hosts": (self.folder / "hosts", True)}, self.image.folder,
        )  # fmt: skip

    def volume(self, name: str, place: str) -> Path:
        """A new one takes owner and rights of the folder in the image, as Docker does it."""
        folder, below = self.folder / "volumes" / name, self.image.root / place[1:]
        if not folder.exists():
            folder.mkdir(parents=True)
            shutil.copystat(below, folder)
            os.chown(folder, below.stat().st_uid, below.stat().st_gid)
        return folder

    def tsunagu(self, *command: str, stdin: Path | None = None) -> subprocess.CompletedProcess[str]:
        """`docker compose run --rm tsunagu …`"""
        return ran(self.container(COMMAND_LINE, *command), self.network, stdin)


@pytest.fixture(scope="session")
def tools() -> None:
    """In CI a machine that lacks one of them is a failure, elsewhere a reason to skip."""
    lacking = [*missing(*TOOLS), *(["root's rights"] if os.geteuid() else [])]
    if lacking:
        told = f"not on this machine: {', '.join(lacking)} (Debian: buildah debootstrap default-jdk-headless maven iproute2)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(told)


@pytest.fixture(scope="session")
def image(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    with built(tmp_path_factory.mktemp("image")) as made:
        yield made


@pytest.fixture(scope="session")
def stage(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everything up, in the file's own order; each is asked by its own health check."""
    folder = tmp_path_factory.mktemp("stage")
    with ExitStack() as stack:
        made = Stage(model(secrets()), image, stack.enter_context(network()), folder, {})
        hosts(folder)
        start = starter(made, stack)
        _backing(made, stack)
        for one_shot in ("keys", "topics"):
            if one_shot == "topics":
                start(broker.container(made.read, _new(folder / "kafka"), folder / "hosts"))
            done = ran(made.container(one_shot), made.network)
            assert done.returncode == 0, f"{one_shot}: {done.stdout}{done.stderr}"
        for service in OURS:
            start(made.container(service))
        yield made


def starter(stage: Stage, stack: ExitStack) -> Callable[[Container], Running]:
    def start(container: Container) -> Running:
        log = stage.folder / f"{container.name}.log"
        running = stack.enter_context(started(container, stage.network, log))
        stage.running[container.name] = running
        running.until(*stage.read["services"][container.name]["healthcheck"]["test"][1:])
        return running

    return start


def _backing(stage: Stage, stack: ExitStack) -> None:
    """What stands in for containers whose images are not to be had here."""
    python = Path(sys.executable)
    mongo = [
        str(python.with_name("secantusd-py")),
        "--port",
        "27017",
        "--storage-path",
        str(_new(stage.folder / "mongo")),
    ]
    mail = [str(python), "-m", "deploy.local.mail", "--smtp-port", "1025", "--web-port", "8025", "--store",
            str(_new(stage.folder / "mail"))]  # fmt: skip
    for command in (mongo, mail):
        stack.enter_context(_process([*stage.network.inside(), *command]))


@contextmanager
def _process(command: list[str]) -> Iterator[None]:
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder
