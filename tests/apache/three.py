"""Three brokers of Apache Kafka that keep everything three times, as a network in use has them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from uuid import uuid4

from deploy.local.addresses import SERVICES
from deploy.local.ports import HOST
from shared.kafka.connection import Kafka
from tests.apache import kafka as apache
from tests.apache.secured import Secured, user_of

NODES = (1, 2, 3)


@dataclass
class Three:
    """`secured`: all of them, to a network. `processes`: by number, of those that run."""

    jars: Path
    settings: dict[int, Path]
    ports: dict[int, int]
    secured: Secured
    processes: dict[int, "Popen[bytes]"] = field(default_factory=dict)
    _leaving: ExitStack = field(default_factory=ExitStack)

    async def start(self, *numbers: int) -> None:
        """All at once: none opens before it has met another."""
        await asyncio.gather(*(asyncio.to_thread(self._start, number) for number in numbers))

    def _start(self, number: int) -> None:
        running = apache.running(self.jars, self.settings[number], self.ports[number])
        self.processes[number] = self._leaving.enter_context(running)

    def kill(self, number: int) -> None:
        """It stays away until it is started again."""
        process = self.processes.pop(number)
        process.kill()
        process.wait()

    def stop(self) -> None:
        self._leaving.close()


@asynccontextmanager
async def three_brokers(folder: Path) -> AsyncIterator[Three]:
    """Inside the block they are up, with topics and a user for each service."""
    made = _formatted(folder)
    try:
        await made.start(*NODES)
        made.secured.tsunagu("topics", "apply", "--replicas", "3")
        made.secured.users.update({service: await user_of(made.secured.kafka, service) for service in SERVICES})
        yield made
    finally:
        made.stop()


def _formatted(folder: Path) -> Three:
    password, cluster, jars = uuid4().hex, apache.new_id(), apache.fetch()
    taken = {number: apache.free_ports() for number in NODES}
    settings = {number: apache.write_settings(folder / str(number), *taken[number], password) for number in NODES}
    for number, file in settings.items():
        with file.open("a") as more:
            more.write("\n".join(_more(number, {n: controller for n, (_, controller) in taken.items()})) + "\n")
        apache.format_storage(jars, file, password, cluster)
    ports = {number: port for number, (port, _) in taken.items()}
    kafka = Kafka(",".join(f"{HOST}:{port}" for port in ports.values()), apache.ADMIN, password)
    return Three(jars, settings, ports, Secured(kafka, {}))


def _more(number: int, controllers: dict[int, int]) -> list[str]:
    """What is written later counts."""
    return [
        f"node.id={number}",
        "controller.quorum.voters=" + ",".join(f"{n}@{HOST}:{port}" for n, port in controllers.items()),
        f"offsets.topic.replication.factor={len(controllers)}",
        f"min.insync.replicas={len(controllers) - 1}",
    ]
