"""Apache Kafka as a network of referrals has it: topics and grants by `tsunagu topics apply`, a user for each service."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from deploy.kafka import access
from deploy.local import checks
from deploy.local.addresses import SERVICES
from deploy.local.part import Part
from deploy.local.ports import HOST
from deploy.local.progress import Progress
from deploy.local.supervisor import Supervisor
from shared.kafka.connection import Kafka
from tests.apache import kafka as apache

CLI = str(Path(sys.executable).with_name("tsunagu"))


@dataclass(frozen=True)
class Secured:
    """`kafka`: as the network's own user, who may do everything. `users`: each service's own, as its environment.

    `broker`: it is started again whenever it dies, with all that it had kept.
    """

    kafka: Kafka
    users: dict[str, Mapping[str, str]]
    broker: Supervisor | None = None

    def env(self) -> dict[str, str]:
        """For whoever works as the network's own user: the command line."""
        return {"TSUNAGU_KAFKA_USER": self.kafka.user, "TSUNAGU_KAFKA_PASSWORD": self.kafka.password}

    def tsunagu(self, *command: str) -> str:
        """What the command line says, as that user."""
        return apache.ran(CLI, *command, TSUNAGU_KAFKA=self.kafka.servers, **self.env())


@asynccontextmanager
async def secured(folder: Path, progress: Progress) -> AsyncIterator[Secured]:
    """Inside the block it is up, on free ports, with its data in `folder`, which is new."""
    password = uuid4().hex
    port, controller = apache.free_ports()
    settings = apache.write_settings(folder, port, controller, password)
    jars = apache.fetch()
    apache.format_storage(jars, settings, password)
    broker = Supervisor(_part(jars, settings, port), progress, lambda: None)
    await broker.start()
    supervision = asyncio.create_task(broker.run())  # a fixture is left by another task than it was entered by
    try:
        made = Secured(Kafka(f"{HOST}:{port}", apache.ADMIN, password), {}, broker)
        made.tsunagu("topics", "apply")
        yield Secured(made.kafka, {service: await user_of(made.kafka, service) for service in SERVICES}, broker)
    finally:
        supervision.cancel()
        await asyncio.gather(supervision, return_exceptions=True)
        await broker.stop()


def _part(jars: Path, settings: Path, port: int) -> Part:
    return Part(
        name="broker",
        command=(*apache.java(jars), "kafka.Kafka", str(settings)),
        address=f"{HOST}:{port}",
        ready=checks.kafka(HOST, port),
        log=settings.with_name("kafka.log"),
        ready_within=apache.READY_WITHIN,
    )


async def user_of(kafka: Kafka, service: str) -> dict[str, str]:
    """And with it, that this broker wakes a fetch that waits: nobody need ask it a hundred times a second."""
    password = await access.add_service_user(kafka, service)
    return {
        "TSUNAGU_KAFKA_USER": access.service_user(service),
        "TSUNAGU_KAFKA_PASSWORD": password,
        "TSUNAGU_KAFKA_WAIT_MS": "100",
    }
