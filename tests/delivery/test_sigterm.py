"""SIGTERM: the batch in hand is finished, the groups are left at once, the exit code is 0."""

import signal
import time

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from tests.delivery.support.endings import ended, living, verified
from tests.delivery.support.network import SERVICES, Network, until
from tests.delivery.support.partner import join, orgs_of, planned
from tests.delivery.support.people import People
from tsunagu.verify.topics import cluster_id
from tsunagu.verify.wiring import group

pytestmark = [pytest.mark.delivery, pytest.mark.asyncio(loop_scope="session")]


async def members(network: Network, service: str) -> int:
    """Of the group whose reader changes the service's documents."""
    name = group(service, "kernel", await cluster_id(network.kafka))
    admin = AIOKafkaAdminClient(**network.kafka.options())
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([name])
    finally:
        await admin.close()
    return len(answer.groups[0][5])


async def test_members_are_seen(shared_network: Network) -> None:
    """The next test would prove nothing if a group always looked empty."""
    await until("ready", shared_network.ready, 60)
    assert [await members(shared_network, service) for service in SERVICES] == [1, 1, 1, 1]


@pytest.mark.timeout(300)
async def test_every_service_ends_well_and_comes_back(shared_network: Network) -> None:
    net = shared_network
    plans = planned(60, net.clock.now(), start=600, prefix="T")
    partners = await join(net, orgs_of(plans))
    async with living(People(net)):
        for service in SERVICES:
            await _terminated(net, service)
        await until("ready again", net.ready, 60)
        for place, plan in enumerate(plans):
            await partners[plan.org].publish(plan)
            if place % 15 == 14:
                await _left(net, SERVICES[place // 15])
        await until("ready again", net.ready, 60)
        await ended(net, plans, within=120)
    await verified(net)


async def _left(net: Network, service: str) -> None:
    """Nobody has to wait for a session to time out. The embedded broker overlooks who leaves a group
    first: that is why each service has ended once already.
    """
    await _terminated(net, service)
    assert await members(net, service) == 0


async def _terminated(net: Network, service: str) -> None:
    before, began = len(net.notes.said), time.monotonic()
    assert net.signal(service, signal.SIGTERM)

    async def last_word() -> str | None:
        return next((what for part, what in net.notes.said[before:] if part == service), None)

    word = await until(f"{service} ended", last_word, 15, pause=0.05)
    assert word.startswith("died, exit code 0"), word
    assert time.monotonic() - began < 10
