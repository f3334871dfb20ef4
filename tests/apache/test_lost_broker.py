"""docs/operations.md, "A lost broker", where brokers have users: its data is really deleted, while referrals are open."""

import shutil
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from deploy.local.parts import SERVICE_COMMANDS
from shared.kafka.connection import Kafka
from tests.apache import kafka as apache
from tests.apache.guide import BLOCK, follow
from tests.apache.secured import Secured
from tests.delivery.support.endings import COMPLETED, each_in_order, ended, living, verified
from tests.delivery.support.network import SERVICES, Network, network, until
from tests.delivery.support.partner import import_roster, join, planned
from tests.delivery.support.people import People
from tests.delivery.support.topics import updates
from tests.operations import hands
from tests.operations.conftest import environment, sections
from tsunagu.demo.planned import Planned

pytestmark = [pytest.mark.apache, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]
ORG, LEFT, APPLY = "city", "left", "tsunagu topics apply\n"
WHOSE = (ORG, ORG, LEFT, LEFT, ORG, ORG)
"""By referral. LEFT takes part no more when the broker is lost, and is made no user; its cases go on."""
SERVICES_USERS = "".join(f"tsunagu topics user {service} --env {service}.env\n" for service in SERVICES)
PARTNERS_USER = f"tsunagu partner user {ORG} --env {ORG}.env\n"


@pytest_asyncio.fixture(loop_scope="session")
async def net(tools: None, own_broker: Secured | None, tmp_path: Path) -> AsyncIterator[Network]:
    """Its services can be stopped and started, and take their users from files that `tsunagu topics user` writes."""
    if own_broker is None:
        pytest.fail("run by `make apache`, or with --broker apache")
    commands = {
        name: ("sh", "-c", hands.COMMAND, str(hands.hold(tmp_path, name)), str(tmp_path / f"{name}.env"), *run)
        for name, run in SERVICE_COMMANDS.items()
    }
    async with network(tmp_path, commands, own_broker) as net:
        await import_roster(net)
        yield net


async def test_what_is_open_goes_on_after_the_documented_order(net: Network, tmp_path: Path) -> None:
    partners = await join(net, [ORG, LEFT])
    plans = [replace(plan, org=org) for org, plan in zip(WHOSE, planned(6, net.clock.now(), prefix="B"), strict=True)]
    for plan in plans[:4]:
        await partners[plan.org].publish(plan)
    await until("somebody is asked", lambda: _asked(net, plans[:4]), 60)
    for one in partners.values():
        await one.producer.stop()
    partner = partners[ORG]
    lose(net)
    for service in SERVICES:
        await until(f"{service} says why it waits", lambda service=service: _refused(net, service), 120)
    (block,) = BLOCK.findall(sections()["A lost broker"])
    order = block.replace(APPLY, SERVICES_USERS + APPLY + PARTNERS_USER)
    (said,) = await follow([order], tmp_path, 200, **environment(tmp_path))
    assert "records told again" in said and "lost 0, applied twice 0" in said
    partner.producer = AIOKafkaProducer(**_own(net, tmp_path / f"{ORG}.env").options(), acks="all")
    async with partner.producer, living(People(net, accept=95)):
        for plan in plans[4:]:
            await partner.publish(plan)
        told = await ended(net, plans, within=120)
    each_in_order(told)
    assert any(steps[-1]["type"] == COMPLETED for steps in told.values())
    await verified(net)


async def _asked(net: Network, plans: list[Planned]) -> bool:
    told = await updates(net, ORG, LEFT)
    return all(len(told.get((plan.org, plan.reference), ())) > 1 for plan in plans)


def lose(net: Network) -> None:
    """All that it had, its users among them; it comes back as one that knows its own user alone."""
    assert net.apache and net.apache.broker
    settings = Path(net.apache.broker.part.command[-1])
    data, gone = settings.parent / "data", settings.parent / "gone"
    net.signal("broker", signal.SIGKILL)
    data.rename(gone)  # at once: it is started again, as often as it takes
    apache.format_storage(apache.fetch(), settings, net.kafka.password)
    shutil.rmtree(gone)


async def _refused(net: Network, service: str) -> bool:
    health = await net.health(service) or {}
    return any(f"refuses the user tsunagu-{service}" in one for one in health.get("waiting_for", ()))


def _own(net: Network, env: Path) -> Kafka:
    said = dict(line.split("=", 1) for line in env.read_text(encoding="utf-8").splitlines())
    return replace(net.kafka, user=said["KAFKA_USER"], password=said["KAFKA_PASSWORD"])
