"""The network that is hit: two replicas of each service, a database and a broker, each a process that is supervised."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.local.environment import service_env
from deploy.local.home import Home
from deploy.local.keys import Keys
from deploy.local.parts import SERVICE_COMMANDS, service
from deploy.local.plan import Services
from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack
from deploy.local.supervisor import Supervisor
from deploy.local.together import all_of, kept_running
from shared.clock import SteppedClock
from tests.chaos.backing import Backing, backing
from tests.chaos.plan import SERVICES, Wishes
from tests.chaos.told import Lines
from tests.delivery.support.network import MORNING, Network
from tsunagu.prepare import prepare

READY_WITHIN = 180.0


@dataclass
class Arena:
    """`parts`: all that can be killed, by name. `guests`: third replicas that are there just now."""

    net: Network
    lines: Lines
    backing: Backing
    parts: dict[str, Supervisor]
    home: Home
    folder: Path
    guests: dict[str, Supervisor] = field(default_factory=dict)

    def pid(self, part: str) -> int:
        """0: it does not run just now."""
        process = self.parts[part].process
        return process.pid if process and process.is_alive else 0

    def replica(self, name: str, of: str) -> Supervisor:
        """One more process of a service, with a port of its own, not started yet."""
        port = choose_ports(LocalSettings(free_ports=True)).ports["intake"]
        where = self.net.where
        env = service_env(of, port, where, Keys(where.keys), self.folder / "clock") | tuned(self.backing)
        part = service(name, SERVICE_COMMANDS[of], port, env, self.home, READY_WITHIN)
        return Supervisor(part, self.lines, lambda: None)

    async def without_guests(self) -> None:
        await all_of(guest.stop() for guest in self.guests.values())


def tuned(of: Backing) -> dict[str, str]:
    """Apache Kafka wakes a fetch that waits; the embedded broker does not. Nobody is held up by limits of rate."""
    limit = {"TSUNAGU_REQUESTS_A_MINUTE": "100000"}
    return limit | ({} if of.is_embedded else {"TSUNAGU_KAFKA_WAIT_MS": "100"})


@asynccontextmanager
async def arena(folder: Path, wishes: Wishes, lines: Lines) -> AsyncIterator[Arena]:
    """Inside the block all of it is up, and whatever dies is started again."""
    clock = SteppedClock.create(folder / "clock", MORNING)
    clock.run()
    async with AsyncExitStack() as leaving:
        under = await leaving.enter_async_context(backing(folder, wishes, lines))
        settings = LocalSettings(
            home=folder / "home", free_ports=True, ready_within=READY_WITHIN, kafka=under.kafka, mongo=under.mongo
        )
        chosen = Services(extra_env=dict.fromkeys(SERVICES, tuned(under)), clock=folder / "clock")
        stack = Stack(settings, prepare=prepare, services=chosen)
        where = await stack.start(lines)
        leaving.push_async_callback(stack.stop)
        http = await leaving.enter_async_context(httpx.AsyncClient(timeout=10))
        net = Network(folder / "home", where, clock, http, lines, leaving)
        made = Arena(net, lines, under, {}, Home(folder / "home"), folder)
        await _second_replicas(made, stack)
        made.parts |= under.parts | {one.part.name: one for one in (*stack._backing, *stack._services)}
        leaving.push_async_callback(made.without_guests)
        await leaving.enter_async_context(_supervised(stack, under))
        yield made


async def _second_replicas(made: Arena, stack: Stack) -> None:
    """The stack supervises them like the first ones, and stops all of them when its broker forgets."""
    seconds = [made.replica(f"{name}-2", name) for name in SERVICES]
    await all_of(one.start() for one in seconds)
    stack._services += seconds


@asynccontextmanager
async def _supervised(stack: Stack, under: Backing) -> AsyncIterator[None]:
    running = asyncio.create_task(stack.run())
    try:
        async with kept_running(under.parts.values()):
            yield
        if running.done():
            running.result()  # it ended by an error, and nothing was supervised any more
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
