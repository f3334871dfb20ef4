"""Where the contestants meet: one broker, one database, the same records; each run on topics and a database of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from deploy.kafka import topics
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from tests.bench import ledger, loops
from tests.bench.rivals.field import Rival
from tests.bench.rivals.light import latencies
from tests.bench.rivals.outputs import lacking
from tests.bench.rivals.pace import Pace, pace
from tests.bench.rivals.running import running
from tests.bench.rivals.work import Work


@dataclass
class Arena:
    """`servers`: process ids of broker and database, for what they cost. `database`: its name and version."""

    kafka: Kafka
    mongo: str
    folder: Path
    servers: Sequence[int]
    database: str
    partitions: int = 4
    published: dict[str, int] = field(default_factory=dict)

    async def publish(self, steps: str, count: int, keys: int, partitions: int = 0) -> None:
        await self._topics(*ledger.TOPICS)
        await topics.apply(self.kafka, [topics.Topic(steps, partitions or self.partitions)])
        bus = KafkaBus(self.kafka)
        await bus.start()
        await bus.publish(ledger.records(count, keys, steps))
        await bus.stop()
        self.published[steps] = count

    async def pace(self, rival: Rival, steps: str, accounts: int = 0) -> Pace:
        """`accounts`: how many this kernel's database has from the beginning.
        Raises AssertionError where, after kill -9, a committed step has no total.
        """
        work = await self._work(rival, steps)
        if accounts:
            await loops.opened(self.mongo, work.group, accounts)
        with running(rival.command(work), Path(work.folder), self.servers) as process:
            found, offsets = await pace(self.kafka, work.group, self.published[steps], process)
        lost = lacking(self.kafka.servers, steps, work.totals, offsets) if rival.tells else 0
        await loops.dropped(self.mongo, work.group)
        assert not lost, f"{rival.name} lost the totals of {lost} steps"
        return found

    async def latencies(self, rival: Rival) -> list[float]:
        """In milliseconds, at a light load."""
        steps = f"light-{uuid4().hex[:8]}"
        await self._topics(steps, *ledger.TOPICS)
        work = await self._work(rival, steps)
        with running(rival.command(work), Path(work.folder), self.servers) as process:
            found = await latencies(self.kafka, steps, work.totals, process)
        await loops.dropped(self.mongo, work.group)
        return found

    async def _work(self, rival: Rival, steps: str) -> Work:
        name = f"run_{uuid4().hex[:8]}"
        totals = f"totals-{name}"
        await self._topics(totals)
        folder = str(self.folder / name)
        return Work(
            self.kafka.servers, steps, totals, name, self.mongo, folder, rival.batch, rival.depth, rival.threads
        )  # fmt: skip

    async def _topics(self, *names: str) -> None:
        await topics.apply(self.kafka, [topics.Topic(name, self.partitions) for name in dict.fromkeys(names)])
