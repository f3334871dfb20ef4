"""A real Apache Kafka of one's own: one node, KRaft, on free ports, in a folder; with SCRAM users and ACLs, or open.

Its jars come by Maven into a cache (`~/.cache/tsunagu`) and are used again. Java 17 and Maven must be there.
"""

import os
import shutil
import socket
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from deploy.local.ports import HOST, choose_ports
from deploy.local.settings import LocalSettings

POM = Path(__file__).with_name("pom.xml")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tsunagu"
MEMORY = "-Xmx512m"
READY_WITHIN = 120.0
ADMIN = "tsunagu"


@dataclass(frozen=True)
class Apache:
    """`user` and `password`: of the network's own, who may do everything; empty on an open broker."""

    servers: str
    folder: Path
    user: str = ""
    password: str = ""
    process: subprocess.Popen[bytes] | None = None


def missing(*tools: str) -> list[str]:
    """Which of these programs this machine lacks."""
    return [name for name in tools if not shutil.which(name)]


@contextmanager
def apache(folder: Path, *, secured: bool = True) -> Iterator[Apache]:
    """Inside the block it is up; its data is in `folder`, which is new."""
    password = uuid4().hex if secured else ""
    port, controller = free_ports()
    settings = write_settings(folder, port, controller, password)
    jars = fetch()
    format_storage(jars, settings, password)
    with running(jars, settings, port) as process:
        yield Apache(f"{HOST}:{port}", folder, ADMIN if secured else "", password, process)


def fetch() -> Path:
    """The folder of its jars; a name with the pom's size, so that another version is another folder."""
    jars = CACHE / f"kafka-jars-{POM.stat().st_size}"
    if not jars.exists():
        own = jars.with_name(f"{jars.name}-{os.getpid()}")
        ran("mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime",
            f"-DoutputDirectory={own}")  # fmt: skip
        try:
            own.rename(jars)
        except OSError:  # another suite was quicker
            shutil.rmtree(own)
    return jars


def free_ports() -> tuple[int, int]:
    ports = choose_ports(LocalSettings(free_ports=True)).ports
    return ports["broker"], ports["db"]


def write_settings(folder: Path, port: int, controller: int, password: str) -> Path:
    """One node, broker and controller. With a password it has users and ACLs; the controller's listener is open, for itself."""
    folder.mkdir(parents=True, exist_ok=True)
    protocol = "SASL_PLAINTEXT" if password else "PLAINTEXT"
    lines = [
        "process.roles=broker,controller",
        "node.id=1",
        f"controller.quorum.voters=1@{HOST}:{controller}",
        f"listeners=CLIENT://{HOST}:{port},CONTROLLER://{HOST}:{controller}",
        f"advertised.listeners=CLIENT://{HOST}:{port}",
        f"listener.security.protocol.map=CLIENT:{protocol},CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name=CLIENT",
        "controller.listener.names=CONTROLLER",
        f"log.dirs={folder / 'data'}",
        "auto.create.topics.enable=false",
        "offsets.topic.replication.factor=1",
        "offsets.topic.num.partitions=4",
        "transaction.state.log.replication.factor=1",
        "transaction.state.log.min.isr=1",
        "group.initial.rebalance.delay.ms=0",
        *(access(password) if password else []),
    ]
    settings = folder / "server.properties"
    settings.write_text("\n".join(lines) + "\n")
    return settings


def access(password: str) -> list[str]:
    """Nobody may do anything but the network's own user, and who it says."""
    login = (
        f'org.apache.kafka.common.security.scram.ScramLoginModule required username="{ADMIN}" password="{password}";'
    )
    return [
        "sasl.enabled.mechanisms=SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512",
        f"listener.name.client.scram-sha-512.sasl.jaas.config={login}",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        f"super.users=User:{ADMIN};User:ANONYMOUS",
        "allow.everyone.if.no.acl.found=false",
    ]


def format_storage(jars: Path, settings: Path, password: str, cluster: str = "") -> None:
    """With a password: the network's own user is made at once, for without one nobody could make others. `cluster`: the id
    that a broker shares with others; a new one if empty.
    """
    scram = ("--add-scram", f"SCRAM-SHA-512=[name={ADMIN},password={password}]") if password else ()
    shared = f"--cluster-id={cluster or new_id()}"  # with an equals sign: it may begin with a dash
    ran(*java(jars), "kafka.tools.StorageTool", "format", shared, "-c", str(settings), *scram)


def new_id() -> str:
    """Of a cluster, as Kafka writes them: 16 bytes in base64."""
    return urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")


@contextmanager
def running(jars: Path, settings: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The broker; it can be run again on the same settings, with what it had kept."""
    log = settings.with_name("kafka.log")
    with log.open("ab") as out, subprocess.Popen(
        [*java(jars), "kafka.Kafka", str(settings)], stdout=out, stderr=out, cwd=settings.parent
    ) as process:  # fmt: skip
        try:
            until_listening(port, process, log, READY_WITHIN)
            yield process
        finally:
            process.kill()


def until_listening(port: int, process: subprocess.Popen[bytes], log: Path, within: float) -> None:
    """Its client listener opens last, when it can work."""
    deadline = time.monotonic() + within
    while True:
        with socket.socket() as knock:
            if knock.connect_ex((HOST, port)) == 0:
                return
        assert process.poll() is None, f"Kafka ended with {process.returncode}:\n{tail(log)}"
        assert time.monotonic() < deadline, f"Kafka did not open {port} within {within:g} s:\n{tail(log)}"
        time.sleep(0.2)


def java(jars: Path) -> list[str]:
    return ["java", MEMORY, "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*"]


def ran(*command: str, **more: str) -> str:
    """Its output; an error with it when it failed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **more})
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
