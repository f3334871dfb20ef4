"""A network on a server, as docs/operations.md means it: services that one stops and starts, settings in a file."""

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.kafka import topics
from deploy.local.addresses import Addresses
from deploy.local.parts import SERVICE_COMMANDS
from shared.kafka.connection import Kafka
from shared.seal import read_keys
from tests.apache.guide import BLOCK, follow
from tests.delivery.conftest import no_settings_from_outside
from tests.delivery.support.endings import ended, living
from tests.delivery.support.network import Network, network
from tests.delivery.support.partner import Partner, import_roster, join, planned
from tests.delivery.support.people import People
from tests.operations import hands
from tsunagu.demo.planned import Planned
from tsunagu.prepare import PARTITIONS

__all__ = ["no_settings_from_outside"]
ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "operations.md"
ORG = "city"


@dataclass
class Site:
    """`folder`: where the guide's commands are typed. `env`: what the operator has exported. `partner`: one who goes on
    publishing, whatever is done to the network.
    """

    net: Network
    folder: Path
    partner: Partner
    env: dict[str, str]
    open: list[Planned] = field(default_factory=list)
    made: int = 0

    async def follow(self, section: str) -> list[str]:
        """Runs the section's commands; what each block has printed. Referrals come before and after."""
        await self.publish()
        said = await self.run(section)
        await self.publish()
        return said

    async def run(self, section: str) -> list[str]:
        return await follow(BLOCK.findall(sections()[section]), self.folder, 600, **self.env)

    async def join(self) -> None:
        """The partner, connected anew. (While it is, an embedded broker that is new makes the partner's topics unasked.)"""
        await self.partner.producer.stop()
        self.partner = (await join(self.net, [ORG]))[ORG]

    async def publish(self, count: int = 2) -> None:
        """The partner fetches the keys to seal with anew each time."""
        self.made += 1
        self.partner.keys = read_keys(self.net.where.keys / "network-public.json")
        for plan in planned(count, self.net.clock.now(), start=40 * self.made, prefix=f"O{self.made}"):
            self.open.append(replace(plan, org=ORG))
            await self.partner.publish(self.open[-1])

    async def all_end(self) -> None:
        """Every referral that was published so far."""
        async with living(People(self.net, accept=95)):
            await ended(self.net, self.open, within=300)
        self.open.clear()


def sections() -> dict[str, str]:
    """Heading → text."""
    parts = GUIDE.read_text(encoding="utf-8").split("\n## ")[1:]
    return {head: text for head, _, text in (part.partition("\n") for part in parts)}


async def made_once(where: Addresses) -> None:
    """Topics; but a broker that is new to a database is the operator's to fill. Only how services stand they tell before,
    and the embedded broker would make those topics unasked, with other settings.
    """
    known, every = where.keys.parent / "prepared", topics.network(PARTITIONS)
    lost = known.exists()
    await topics.apply(Kafka(where.kafka), [topic for topic in every if not lost or topic.name.endswith(".status")])
    known.touch()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(no_settings_from_outside: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    settings = folder / "services.env"
    commands = {
        name: ("sh", "-c", hands.COMMAND, str(hands.hold(folder, name)), str(settings), *run)
        for name, run in SERVICE_COMMANDS.items()
    }
    async with network(folder, commands, prepare=made_once) as net:
        await import_roster(net)
        partner = (await join(net, [ORG]))[ORG]
        yield Site(net, folder, partner, environment(folder))


def environment(folder: Path) -> dict[str, str]:
    """An operator's: `tsunagu`, `stop` and `start` are found, and the keys where the guide has them."""
    tools = folder / "tools"
    tools.mkdir()
    (tools / "tsunagu").symlink_to(Path(sys.executable).with_name("tsunagu"))
    for name in ("stop", "start"):
        script = f'#!/bin/sh\nexec {sys.executable} -m tests.operations.hands {name} {folder} "$@"\n'
        (tools / name).write_text(script, encoding="utf-8")
        (tools / name).chmod(0o755)
    (folder / ".tsunagu").symlink_to(folder / "home")
    path = f"{tools}:/usr/local/bin:/usr/bin:/bin"
    return {"PATH": path, "PYTHONPATH": str(ROOT), "TSUNAGU_HOME": str(folder / "home")}
