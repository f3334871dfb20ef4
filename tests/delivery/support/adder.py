"""The unit tests' little service on a real broker and a real database, batch by batch, without a reader."""

import asyncio
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from deploy.kafka.topics import Topic, apply
from deploy.local import parts
from deploy.local.home import Home
from deploy.local.part import Part
from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from shared.ids import RandomIds
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka, cluster_id
from shared.kafka.log import Log
from shared.kernel.document import Document
from shared.kernel.kernel import Kernel
from shared.kernel.record import Message, Place, Record
from shared.recovery.catch_up import Recovery
from shared.store import MongoStore, connect
from tests.unit.kernel.bench import Bench, HandClock, Tally, seals
from tests.unit.kernel.counter import COMMANDS, COUNTER, SERVICE, SUBSCRIPTIONS, SUMS, TOTALS

TOPICS = (SUMS, COMMANDS, TOTALS, f"{SERVICE}.journal", f"{SERVICE}.dead-letters")


@dataclass
class Adder:
    """`made`: what makes its records. `read`: how far its inputs are committed. `kernels`: by their decider; each reads in one
    run, so that nothing is told twice.
    """

    kafka: Kafka
    cluster: str
    bus: KafkaBus
    store: MongoStore
    made: Bench = field(default_factory=Bench)
    tally: Tally = field(default_factory=Tally)
    read: dict[Place, int] = field(default_factory=dict)
    kernels: dict[int, Kernel] = field(default_factory=dict)

    async def work(self, *records: Record, decider: Any = COUNTER) -> None:
        """Publishes them, and applies what is there in one batch."""
        await self.publish(*records)
        kernel = self.kernels.setdefault(id(decider), self._kernel(decider))
        kernel.confirm({Place(topic, 0): 0 for topic in (SUMS, COMMANDS)} | self.read)
        async with Log(self.kafka, (SUMS, COMMANDS)) as log:
            async for batch in log.read(self.read):
                await kernel.process(batch)
            self.read = await log.positions()

    def _kernel(self, decider: Any) -> Kernel:
        return Kernel(
            SERVICE, self.cluster, SUBSCRIPTIONS, {"counter": decider}, self.bus, self.store, HandClock(), RandomIds(),
            seals(), self.tally,
        )  # fmt: skip

    async def publish(self, *records: Record) -> None:
        await self.bus.publish([Message(r.place.topic, (r.key or b"").decode(), r.value, r.headers) for r in records])

    async def state(self, key: str) -> dict[str, Any]:
        return (await self.store.load([key]))[key].state

    def recovery(self) -> Recovery:
        return Recovery(
            SERVICE, self.kafka, self.cluster, "adder", self.store, self.bus, HandClock(), {"counter": COUNTER},
            SUBSCRIPTIONS, self.tally, seals(),
        )  # fmt: skip

    async def lose(self) -> None:
        """The database."""
        for name in await self.store.names():
            await self.store.collection(name).drop()

    async def documents(self) -> dict[str, Document]:
        found = await self.store.load([row["_id"] async for row in self.store.documents.find({}, {"_id": 1})])
        return {key: replace(document, rev="", outbox=()) for key, document in found.items()}


async def adder(kafka: Kafka, mongo: str) -> Adder:
    """With its topics, and a database as it was left."""
    await apply(kafka, [Topic(name, 1) for name in TOPICS])
    bus = KafkaBus(kafka)
    await bus.start()
    return Adder(kafka, await cluster_id(kafka), bus, MongoStore(connect(mongo), "tsunagu_adder"))


@contextmanager
def broker(folder: Path) -> Iterator[Kafka]:
    """A new one, which knows nothing."""
    port = choose_ports(LocalSettings(free_ports=True)).ports["broker"]
    part = parts.broker(port, Home(folder), 30)
    command = [*part.command, *part.arguments()]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with ThreadPoolExecutor() as aside:  # the test that asks may have a loop running
                aside.submit(asyncio.run, _ready(part)).result()
            yield Kafka(f"127.0.0.1:{port}")
        finally:
            process.kill()


async def _ready(part: Part) -> None:
    async with asyncio.timeout(30):
        while await part.ready() is not None:
            await asyncio.sleep(0.05)
