"""What the demo happens on: the embedded stack with a clock that the demo drives, partners with their keys, a roster."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx
from aiokafka import AIOKafkaProducer
from joserfc.jwk import KeySet

from deploy.kafka import topics
from deploy.local.addresses import SERVICES, Addresses
from deploy.local.keys import Keys
from deploy.local.plan import Services
from deploy.local.progress import Progress
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack
from services.intake.partners import partners_of
from shared.access import Actor, Role
from shared.clock import SteppedClock
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from shared.seal import read_keys
from tsunagu.demo.calm import Calm
from tsunagu.demo.world import World, to_csv
from tsunagu.prepare import prepare
from tsunagu.session import session

EXTRA_ENV = {
    name: {"TSUNAGU_KAFKA_WAIT_MS": "40" if name == "stats" else "16", "TSUNAGU_REQUESTS_A_MINUTE": "20000"}
    for name in SERVICES
}
"""Time jumps as soon as there is calm, so what is published should be seen at once, and a minute is half a day.

For the same reason topics have one partition: the broker is asked a hundred times a second for each.
"""
COORDINATOR = Actor(Role.COORDINATOR, "mika")


@dataclass
class Stage:
    """Everything that is needed to act on the network as people outside do."""

    world: World
    clock: SteppedClock
    stack: Stack
    where: Addresses
    producer: AIOKafkaProducer
    http: httpx.AsyncClient
    calm: Calm
    keys: KeySet
    api_keys: dict[str, str] = field(default_factory=dict)
    desk: dict[str, str] = field(default_factory=dict)
    """What makes a request to matching the coordinator's."""

    async def close(self) -> None:
        await self.http.aclose()
        await self.producer.stop()
        await self.calm.stop()
        await self.stack.stop()


async def build(world: World, settings: LocalSettings, start: datetime, progress: Progress) -> Stage:
    """Starts the stack and enrols everybody. Raises TsunaguError or StackError, with everything stopped again."""
    settings.home.mkdir(parents=True, exist_ok=True)
    clock = SteppedClock.create(_clock_file(settings.home), start)
    services = Services(extra_env=EXTRA_ENV, clock=_clock_file(settings.home))
    stack = Stack(settings, prepare=partial(prepare, partitions=1), services=services)
    where = await stack.start(progress)
    try:
        return await _furnish(Stage(
            world, clock, stack, where, AIOKafkaProducer(bootstrap_servers=where.kafka, acks="all"),
            httpx.AsyncClient(timeout=30, limits=httpx.Limits(keepalive_expiry=30)), Calm(Kafka(where.kafka), where.mongo),
            read_keys(where.keys / "network-public.json"),
        ))  # fmt: skip
    except BaseException:  # Ctrl-C, too, must leave no process behind
        await stack.stop()
        raise


def _clock_file(home: Path) -> Path:
    return home / "clock"


async def _furnish(stage: Stage) -> Stage:
    made = [topic for partner in stage.world.partners for topic in topics.partner(partner.id)]
    await topics.apply(Kafka(stage.where.kafka), made)
    async with partners_of(Kafka(stage.where.kafka), stage.where.mongo) as partners:
        for partner in stage.world.partners:
            stage.api_keys[partner.id] = await partners.add_key(partner.id)
    await stage.producer.start()
    await stage.calm.start()
    stage.desk = await _signed_in(stage)
    await _import_roster(stage)
    await stage.calm.wait(stage.clock.now())
    return stage


async def _signed_in(stage: Stage) -> dict[str, str]:
    secret = Keys(stage.where.keys).sign_in_secret.read_text(encoding="utf-8")
    return await session(stage.http, stage.where.services["matching"], "matching", secret, COORDINATOR)


async def _import_roster(stage: Stage) -> None:
    file = to_csv([*stage.world.supporters, *stage.world.specialists]).encode()
    url = f"{stage.where.services['matching']}/supporters/import"
    answer = await stage.http.post(
        url, files={"file": ("roster.csv", file)}, headers={"accept": "application/json", **stage.desk}
    )
    if answer.status_code != 200:
        raise TsunaguError(f"the roster was not taken: {answer.text[:500]}")
