"""Apache Kafka killed: unlike the embedded broker it comes back with all that it had acknowledged."""

import asyncio
import signal
from collections.abc import Sequence

import pytest
from aiokafka.errors import KafkaError

from tests.delivery.support.endings import COMPLETED, each_in_order, ended, living, verified
from tests.delivery.support.network import SERVICES, Network, until
from tests.delivery.support.partner import Partner, join, orgs_of, planned
from tests.delivery.support.people import People
from tsunagu.demo.planned import Planned
from tsunagu.verify.topics import cluster_id

pytestmark = [pytest.mark.delivery, pytest.mark.apache, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.timeout(500)
async def test_apache_kafka_killed_twice_in_the_middle_of_the_work_has_lost_nothing(own_network: Network) -> None:
    net = own_network
    plans = planned(60, net.clock.now(), start=1300, prefix="A")
    partners = await join(net, orgs_of(plans))
    cluster, pids = await cluster_id(net.kafka), [net.pid(service) for service in SERVICES]
    async with living(People(net, accept=95)):
        publishing = asyncio.create_task(publish(partners, plans))
        for _ in range(2):
            await asyncio.sleep(2)
            await _killed_and_back(net)
        await publishing
        await until("ready again", net.ready, 120)
        told = await ended(net, plans, within=240)
    assert await cluster_id(net.kafka) == cluster
    assert [net.pid(service) for service in SERVICES] == pids, "waiting is no reason to be restarted"
    each_in_order(told)
    assert any(steps[-1]["type"] == COMPLETED for steps in told.values())
    await verified(net)


async def _killed_and_back(net: Network) -> None:
    killed = net.signal("broker", signal.SIGKILL)
    assert killed

    async def is_back() -> bool:
        try:
            return net.pid("broker") not in (None, killed) and bool(await cluster_id(net.kafka))
        except KafkaError:
            return False

    await until("Apache Kafka is back", is_back, 120)


async def publish(partners: dict[str, Partner], plans: Sequence[Planned]) -> None:
    for plan in plans:
        await _publish(partners[plan.org], plan)
        await asyncio.sleep(0.1)


async def _publish(partner: Partner, plan: Planned) -> None:
    """Until it is acknowledged, under the same id: perhaps twice, which counts once."""
    while True:
        try:
            await partner.publish(plan)
            return
        except KafkaError:
            await asyncio.sleep(0.5)
