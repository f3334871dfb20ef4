"""A data set written by hand: one case goes through all four services, with real kernels and a real database,
on topics that are lists. What came of it is then spoiled in one place, to see whether that is noticed.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.intake import app as intake
from services.intake.domain.commands import Publish, case_key
from services.matching import app as matching
from services.matching.domain.commands import Enrol, Profile
from services.notify import app as notify
from services.notify.domain.commands import Accept, Report, Sent
from services.stats import app as stats
from shared.access import COMMANDS, Actor
from shared.events.base import Command
from shared.events.referrals import Consent, ReferralPublished
from shared.events.roster import SupporterSnapshot
from shared.ids import RandomIds, derive
from shared.kernel.commands import Commands
from shared.kernel.kernel import Kernel
from shared.kernel.memory import MemoryBus
from shared.kernel.record import Message, Place, Record
from shared.store import MongoStore, connect
from tsunagu.verify import wiring
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.memories import read_memories
from tsunagu.verify.topics import Place as Where
from tsunagu.verify.topics import Told

CLUSTER = "little"
APPS = (intake, matching, notify, stats)
SUPPORTER, CASE = "supporter-S1", case_key("acme", "R-1")
JWE = "e.e.e.e.e"


class Standing:
    """A clock: ten o'clock in Japan."""

    def now(self) -> datetime:
        return datetime(2025, 6, 10, 1, tzinfo=UTC)


class Uncounted:
    def add(self, what: str, n: int = 1, **labels: str) -> None: ...


class Unsealed:
    def seal(self, clear: bytes) -> str:
        return clear.decode()

    lock = seal

    def unlock(self, locked: str) -> bytes:
        return locked.encode()


@dataclass
class Little:
    """`topics`: as published; the place in the list is the offset. `read`: how far each service has come."""

    mongo: str
    bus: MemoryBus = field(default_factory=MemoryBus)
    read: dict[tuple[str, str], int] = field(default_factory=dict)
    roster: dict[str, SupporterSnapshot] = field(default_factory=dict)

    @property
    def topics(self) -> dict[str, list[Message]]:
        return self.bus.topics

    def __post_init__(self) -> None:
        client = connect(self.mongo)
        self.stores = {service: MongoStore(client, f"tsunagu_{service}") for service in wiring.SERVICES}
        self.kernels = {app.NAME: self._kernel(app) for app in APPS}

    def _kernel(self, app: Any) -> Kernel:
        return Kernel(
            app.NAME, CLUSTER, app.SUBSCRIPTIONS, app.DECIDERS, self.bus, self.stores[app.NAME],
            Standing(), RandomIds(), Unsealed(), Uncounted(), self.roster,
        )  # fmt: skip

    async def tell(self, service: str, key: str, command: Command, id: str) -> None:
        """A command, and everything that follows from it."""
        commands = Commands(service, self.bus, self.stores[service], Standing())
        await commands.send([commands.message(key, command, id, _one_who_may(command), adapter="test")])
        while any([await self._batch(kernel) for kernel in self.kernels.values()]):
            for message in self.topics["roster"]:
                self.roster[message.key] = SupporterSnapshot.model_validate_json(message.value or b"")

    async def _batch(self, kernel: Kernel) -> bool:
        topics = kernel.subscriptions.topics()
        if news := [record for topic in topics for record in self._news(kernel.service, topic)]:
            await kernel.process(news)
            kernel.confirm({Place(topic, 0): self.read[kernel.service, topic] for topic in topics})
        return bool(news)

    def _news(self, service: str, topic: str) -> list[Record]:
        start = self.read.get((service, topic), 0)
        messages = self.topics[topic][start:]
        self.read[service, topic] = start + len(messages)
        return [
            Record(Place(topic, 0), start + number, m.key.encode(), m.value, m.headers)
            for number, m in enumerate(messages)
        ]

    async def evidence(self) -> Evidence:
        committed = {
            service: {Where(topic, 0): offset for (reader, topic), offset in self.read.items() if reader == service}
            for service in wiring.SERVICES
        }
        committed["notify"][Where("notify.journal", 0)] = len(self.topics["notify.journal"])
        topics = {topic: [_told(topic, *one) for one in enumerate(ms)] for topic, ms in self.topics.items()}
        return Evidence(CLUSTER, committed, topics, await read_memories(self.mongo, wiring.SERVICES))


def _one_who_may(command: Command) -> Actor:
    return Actor(min(COMMANDS[command.type]), "test")


def _told(topic: str, offset: int, message: Message) -> Told:
    head = {name.removeprefix("ce_"): (value or b"").decode() for name, value in message.headers}
    return Told(Where(topic, 0), offset, message.key, message.value or b"", head)


async def little(mongo: str) -> Little:
    """Enrolled, published, offered, mailed, accepted, mailed, reported."""
    client = connect(mongo)
    for service in wiring.SERVICES:
        await client.drop_database(f"tsunagu_{service}")
    world = Little(mongo)
    profile = Profile(languages=("vi",), municipality="08220", capacity=1, contact=JWE)
    await world.tell("matching", SUPPORTER, Enrol(profile=profile, content="1"), "enrol")
    await world.tell("intake", CASE, _publish(), "publish")
    await _sent(world, "offer")
    await world.tell("notify", SUPPORTER, Accept(case=CASE, number=1), "accept")
    await _sent(world, "confirmed")
    report = Report(case=CASE, number=1, minutes=30, outcome="resolved")
    await world.tell("notify", SUPPORTER, report, "report")
    return world


def _publish() -> Publish:
    given = Standing().now() - timedelta(hours=1)
    consent = Consent(given_by="resident", given_at=given, scope="referral", evidence="oral")
    referral = ReferralPublished(
        category="hospital",
        languages=("vi",),
        municipality="08220",
        reference="R-1",
        consent=consent,
        resident=JWE,
    )
    return Publish(org="acme", record="1", content="1", referral=referral)


async def _sent(world: Little, kind: str) -> None:
    """The outlet's word."""
    document = (await world.stores["notify"].load([SUPPORTER]))[SUPPORTER]
    (message,) = [id for id, letter in document.state["messages"].items() if letter["kind"] == kind]
    command = derive("mail", SUPPORTER, message, "1")
    await world.tell("notify", SUPPORTER, Sent(message=message, attempt=1), command)
