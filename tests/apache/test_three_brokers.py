"""One of three brokers is lost in the middle of the work: the other two carry it on, and nobody has to do anything."""

import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.apache.three import three_brokers
from tests.delivery.support.endings import COMPLETED, each_in_order, ended, living, verified
from tests.delivery.support.network import SERVICES, network
from tests.delivery.support.partner import import_roster, join, orgs_of, planned
from tests.delivery.support.people import People
from tests.delivery.test_kept import publish

pytestmark = [pytest.mark.apache, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.timeout(500)
async def test_the_work_goes_on_without_it_and_without_another_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncExitStack() as leaving:
        brokers = await leaving.enter_async_context(three_brokers(tmp_path / "kafka"))
        for name, value in brokers.secured.env().items():
            monkeypatch.setenv(name, value)
        net = await leaving.enter_async_context(network(tmp_path, apache=brokers.secured))
        await import_roster(net)
        plans = planned(36, net.clock.now(), prefix="T")
        partners = await join(net, orgs_of(plans))
        pids = [net.pid(service) for service in SERVICES]
        async with living(People(net, accept=95)):
            await publish(partners, plans[:12])
            brokers.kill(1)
            await publish(partners, plans[12:24])
            await ended(net, plans[:24], within=200)
            await brokers.start(1)
            brokers.kill(2)
            assert [net.pid(service) for service in SERVICES] == pids, "waiting is no reason to be restarted"
            net.signal("matching", signal.SIGKILL)
            await publish(partners, plans[24:])
            told = await ended(net, plans, within=200)
        each_in_order(told)
        assert any(steps[-1]["type"] == COMPLETED for steps in told.values())
        assert net.pid("matching") not in (None, pids[SERVICES.index("matching")]), "a new one needs no more than two"
        await verified(net)
