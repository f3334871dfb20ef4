"""Two of each service: partitions move while there is work, by a second that comes, one that is killed, one that leaves."""

import asyncio
import os
import signal
from collections.abc import Sequence

import pytest

from tests.delivery.support.endings import COMPLETED, each_in_order, ended, living, verified
from tests.delivery.support.network import Network, until
from tests.delivery.support.partner import Partner, join, orgs_of, planned
from tests.delivery.support.people import People
from tests.delivery.support.replicas import Replica, decisions, in_groups, replicas
from tsunagu.demo.planned import Planned

pytestmark = [pytest.mark.delivery, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.timeout(500)
async def test_a_second_of_each_comes_and_goes_in_the_middle_of_the_work(shared_network: Network) -> None:
    net = shared_network
    plans = planned(120, net.clock.now(), start=1100, prefix="W")
    partners = await join(net, orgs_of(plans))
    async with living(People(net, accept=95)):
        await publish(partners, plans[:40])
        async with replicas(net) as seconds:
            await in_groups(net, 2, within=120)
            await publish(partners, plans[40:80])
            await until("both of each have worked", lambda: all_work(net, seconds), 90)
            for service in ("intake", "matching"):
                running = seconds[service].process.process
                assert running and running.is_alive
                os.kill(running.pid, signal.SIGKILL)
            await publish(partners, plans[80:])
        told = await ended(net, plans, within=240)
    each_in_order(told)
    assert len(told) == len(plans) and any(steps[-1]["type"] == COMPLETED for steps in told.values())
    await verified(net)


async def publish(partners: dict[str, Partner], plans: Sequence[Planned]) -> None:
    for plan in plans:
        await partners[plan.org].publish(plan)
        await asyncio.sleep(0.05)


async def all_work(net: Network, seconds: dict[str, Replica]) -> bool:
    urls = [one.url for one in seconds.values()] + list(net.where.services.values())
    return all([await decisions(net.http, url) for url in urls])
