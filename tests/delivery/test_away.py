"""Broker and database away: frozen, killed, forgetful. Services wait, say for what, go on, lose nothing."""

import asyncio
import signal
import time

import httpx
import pytest

from tests.delivery.support.endings import COMPLETED, ended, living, verified
from tests.delivery.support.network import SERVICES, Network, until
from tests.delivery.support.partner import Partner, join, orgs_of, planned
from tests.delivery.support.people import People
from tests.delivery.support.topics import updates
from tsunagu.behind import behind
from tsunagu.demo.planned import Planned
from tsunagu.verify.topics import cluster_id

pytestmark = [pytest.mark.delivery, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def waits_for(network: Network, what: str) -> bool:
    """Every service says so."""
    healths = await asyncio.gather(*(network.health(service) for service in SERVICES))
    return all(health and what in health["waiting_for"] for health in healths)


async def posted(network: Network, partner: Partner, plan: Planned) -> httpx.Response:
    """The referral again, over HTTP."""
    url = f"{network.where.services['intake']}/referrals"
    headers = {"authorization": f"Bearer {partner.api_key}"}
    return await network.http.post(url, json=partner.body(plan), headers=headers, timeout=60)


async def test_a_frozen_broker_is_waited_for(own_network: Network) -> None:
    net = own_network
    plans = planned(30, net.clock.now(), prefix="B")
    partners = await join(net, orgs_of(plans))
    async with living(People(net)):
        for plan in plans[:20]:
            await partners[plan.org].publish(plan)
        pids = [net.pid(service) for service in SERVICES]
        net.signal("broker", signal.SIGSTOP)
        try:
            await until("all services wait for the broker", lambda: waits_for(net, "broker"), 25)
            assert await _states(net) == {"broker": "no answer", "database": "up", "mail": "up"}
            began = time.monotonic()
            assert (await posted(net, partners[plans[0].org], plans[0])).status_code == 503
            assert 9 < time.monotonic() - began < 28, "it is neither refused at once nor left to wait"
        finally:
            net.signal("broker", signal.SIGCONT)
        await until("ready again", net.ready, 60)
        for plan in plans[20:]:
            await partners[plan.org].publish(plan)
        await ended(net, plans, within=90)
    assert [net.pid(service) for service in SERVICES] == pids, "waiting is no reason to be restarted"
    await verified(net)


async def _states(network: Network) -> dict[str, str]:
    """What `tsunagu status` says of them: their processes are there."""
    at = network.where
    return {part.name: await part.state() for part in behind(network.kafka, at.mongo, at.smtp)}


async def test_a_service_ends_though_the_broker_does_not_answer(own_network: Network) -> None:
    """A client may wait for its broker longer than anybody waits for a service that was told to end."""
    net = own_network
    plans = planned(10, net.clock.now(), start=60, prefix="E")
    partners = await join(net, orgs_of(plans))
    for plan in plans:
        await partners[plan.org].publish(plan)
    net.signal("broker", signal.SIGSTOP)
    try:
        ending = {service: net.signal(service, signal.SIGTERM) for service in ("intake", "notify")}
        await until("both have ended", lambda: _are_others(net, ending), 27)
    finally:
        net.signal("broker", signal.SIGCONT)
    said = dict(net.notes.said)
    assert all(said[service].startswith(("died, exit code 0", "up")) for service in ending), said
    await until("ready again", net.ready, 60)
    async with living(People(net)):
        await ended(net, plans, within=90)
    await verified(net)


async def _are_others(network: Network, pids: dict[str, int]) -> bool:
    return all(network.pid(service) != pid for service, pid in pids.items())


async def test_a_frozen_and_then_killed_database_is_waited_for(own_network: Network) -> None:
    net = own_network
    plans = planned(30, net.clock.now(), start=100, prefix="D")
    partners = await join(net, orgs_of(plans))
    async with living(People(net)):
        for plan in plans[:10]:
            await partners[plan.org].publish(plan)
        net.signal("database", signal.SIGSTOP)
        for plan in plans[10:20]:
            await partners[plan.org].publish(plan)
        await until("all services wait for the database", lambda: waits_for(net, "database"), 25)
        assert await _states(net) == {"broker": "up", "database": "no answer", "mail": "up"}
        net.signal("database", signal.SIGKILL)
        await until("ready again", net.ready, 60)
        for plan in plans[20:]:
            await partners[plan.org].publish(plan)
        await ended(net, plans, within=120)
    await verified(net)


@pytest.mark.embedded
async def test_a_broker_that_forgot_everything_is_told_again(own_network: Network) -> None:
    """Cases that were being asked for when it died are answered and completed after it."""
    net = own_network
    plans = planned(30, net.clock.now(), start=200, prefix="F")
    orgs = orgs_of(plans)
    partners = await join(net, orgs)
    for plan in plans[:20]:
        await partners[plan.org].publish(plan)

    async def all_taken() -> bool:
        told = await updates(net, *orgs)
        return all(len(told.get((plan.org, plan.reference), ())) > 1 for plan in plans[:20])

    await until("all are offered or escalated", all_taken, 60)
    before = await cluster_id(net.kafka)
    net.signal("broker", signal.SIGKILL)
    await until("another broker", lambda: _is_other(net, before), 60)
    await until("ready again", net.ready, 90)
    async with living(People(net)):
        for plan in plans[20:]:
            await partners[plan.org].publish(plan)
        told = await ended(net, plans, within=120)
    assert any(steps[-1]["type"] == COMPLETED for steps in told.values())
    await verified(net)


async def _is_other(network: Network, cluster: str) -> bool:
    try:
        return await asyncio.wait_for(cluster_id(network.kafka), 5) != cluster
    except Exception:  # it is not there yet
        return False
