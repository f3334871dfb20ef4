"""Kill -9, again and again, in the middle of the work: nothing is lost and nothing happens twice."""

import asyncio
import signal
from collections import Counter
from random import Random

import pytest

from tests.delivery.support.endings import COMPLETED, ended, living, verified
from tests.delivery.support.network import SERVICES, Network, until
from tests.delivery.support.partner import join, orgs_of, planned
from tests.delivery.support.people import People

pytestmark = [pytest.mark.delivery, pytest.mark.asyncio(loop_scope="session")]
REFERRALS, ON_APACHE = 500, 200
"""Apache Kafka shares the machine with four services and a database; what is killed, and how often, is the same."""
KILLS_EACH = 3


async def kills(network: Network, luck: Random) -> Counter[str]:
    """Each service so often, in a random order, at random moments."""
    victims = [*SERVICES] * KILLS_EACH
    luck.shuffle(victims)
    for victim in victims:
        await asyncio.sleep(luck.uniform(0.5, 4))
        await until(f"{victim} runs", lambda victim=victim: hit(network, victim), 30, pause=0.1)
    return Counter(victims)


async def hit(network: Network, victim: str) -> bool:
    """Only one that is at work: what has not begun has nothing to lose."""
    at_work = await network.health(victim, "live")
    return bool(at_work) and bool(network.signal(victim, signal.SIGKILL))


@pytest.mark.timeout(400)
async def test_a_dozen_kills_lose_nothing_and_repeat_nothing(shared_network: Network) -> None:
    net, luck = shared_network, Random(11)
    dead = (await verified(net)).total().dead  # of tests before this one
    plans = planned(ON_APACHE if net.apache else REFERRALS, net.clock.now(), prefix="K")
    partners = await join(net, orgs_of(plans))
    async with living(People(net, accept=95)):
        killing = asyncio.create_task(kills(net, luck))
        for plan in plans:
            await partners[plan.org].publish(plan)
            await asyncio.sleep(0.05)
        killed = await killing
        told = await ended(net, plans, within=240)
    report = await verified(net)

    died = Counter(part for part, what in net.notes.said if "SIGKILL" in what)
    assert all(died[service] >= killed[service] for service in SERVICES)
    assert len(told) == len(plans)
    for (org, reference), steps in told.items():
        assert [step["sequence"] for step in steps] == list(range(1, len(steps) + 1)), (org, reference)
        assert [step["type"] for step in steps].count(COMPLETED) <= 1, (org, reference)
    assert any(steps[-1]["type"] == COMPLETED for steps in told.values())
    assert report.total().dead == dead
