"""A whole network of one's own: broker, database, mail and the four services, in a folder, on free ports."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from deploy.local.addresses import Addresses
from deploy.local.info import read_stack
from deploy.local.keys import Keys
from deploy.local.parts import SERVICE_COMMANDS
from deploy.local.plan import Services
from deploy.local.progress import Progress
from deploy.local.settings import LocalSettings
from deploy.local.stack import Prepare, Stack
from shared.access import Actor
from shared.clock import SteppedClock
from shared.kafka.connection import Kafka
from tests.apache.secured import Secured
from tsunagu.prepare import prepare
from tsunagu.session import session

SERVICES = ("intake", "matching", "notify", "stats")
MORNING = datetime(2025, 6, 10, 1, 0, tzinfo=UTC)
"""Ten o'clock in Japan: mails are sent at once."""


class Notes(Progress):
    """Keeps what the supervisor says: (part, what)."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []

    def note(self, name: str, what: str) -> None:
        self.said.append((name, what))
        super().note(name, what)


@dataclass(frozen=True)
class Network:
    home: Path
    where: Addresses
    clock: SteppedClock
    http: httpx.AsyncClient
    notes: Notes
    leaving: AsyncExitStack
    """What is to be closed when the network ends."""
    apache: Secured | None = None
    """Its broker, where that is no part of the stack."""
    answered: dict[str, int] = field(default_factory=dict)
    """How far people have dealt with its mails: `after` of the inbox's API, for whoever comes next."""

    @property
    def kafka(self) -> Kafka:
        """As a user who may do everything."""
        return self.apache.kafka if self.apache else Kafka(self.where.kafka)

    def user_of(self, service: str) -> Mapping[str, str]:
        """Its own on Kafka, as its environment; nothing where there are none."""
        return self.apache.users[service] if self.apache else {}

    def pid(self, part: str) -> int | None:
        if part == "broker" and self.apache and self.apache.broker:
            process = self.apache.broker.process
            return process.pid if process and process.is_alive else None
        found = read_stack(self.home)
        assert found is not None
        return found.parts[part].pid

    def signal(self, part: str, number: signal.Signals) -> int:
        """Returns the process that got it; 0 when the part is just not running."""
        pid = self.pid(part) or 0
        try:
            if pid:
                os.kill(pid, number)
        except ProcessLookupError:
            return 0
        return pid

    async def health(self, service: str, what: str = "ready") -> dict[str, Any] | None:
        """None when it does not answer."""
        try:
            answer = await self.http.get(f"{self.where.services[service]}/health/{what}", timeout=3)
        except httpx.HTTPError:
            return None
        body: dict[str, Any] = answer.json()
        return body

    @property
    def sign_in_secret(self) -> str:
        return Keys(self.where.keys).sign_in_secret.read_text(encoding="utf-8")

    async def signed_in(self, service: str, actor: Actor) -> dict[str, str]:
        """Headers of a session, got through a real sign-in link."""
        return await session(self.http, self.where.services[service], service, self.sign_in_secret, actor)

    async def ready(self) -> bool:
        healths = await asyncio.gather(*(self.health(service) for service in SERVICES))
        return all(health and health["ready"] for health in healths)


@asynccontextmanager
async def network(
    folder: Path,
    commands: Mapping[str, Sequence[str]] = SERVICE_COMMANDS,
    apache: Secured | None = None,
    prepare: Prepare = prepare,
) -> AsyncIterator[Network]:
    """Inside the block it is up, and whatever dies is started again. `commands`: what each service is started with.

    `apache`: the broker that is there already, instead of the embedded one; each service is its own user there. `prepare`:
    what is done with an embedded broker that is new.
    """
    clock = SteppedClock.create(folder / "clock", MORNING)
    clock.run()
    servers = apache.kafka.servers if apache else None
    settings = LocalSettings(home=folder / "home", free_ports=True, ready_within=180, kafka=servers)
    services = Services(commands, extra_env=apache.users if apache else {}, clock=folder / "clock")
    stack = Stack(settings, prepare=prepare, services=services)
    notes = Notes()
    where = await stack.start(notes)
    supervision = asyncio.create_task(stack.run())
    try:
        async with httpx.AsyncClient(timeout=10) as http, AsyncExitStack() as leaving:
            yield Network(folder / "home", where, clock, http, notes, leaving, apache)
    finally:
        supervision.cancel()
        await asyncio.gather(supervision, return_exceptions=True)
        await stack.stop()


async def until(what: str, condition: Callable[[], Awaitable[Any]], within: float, pause: float = 0.3) -> Any:
    """Asks until the answer is true, and returns it; fails after `within` seconds, saying what is not."""
    deadline = time.monotonic() + within
    while not (answer := await condition()):
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        await asyncio.sleep(pause)
    return answer
