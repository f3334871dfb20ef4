"""Parts that are really lost: databases dropped, replaced by a backup. What was decided stays decided."""

import asyncio
from pathlib import Path

import pytest
import pytest_asyncio

from shared.errors import TsunaguError
from tests.delivery.support.endings import COMPLETED, ended, living, verified
from tests.delivery.support.losing import (
    all_documents,
    differences,
    documents,
    drop,
    said,
    shelves,
    stopped,
    store,
    where,
)
from tests.delivery.support.network import SERVICES, Network, until
from tests.delivery.support.partner import Partner, join, orgs_of, planned
from tests.delivery.support.people import People
from tests.delivery.support.topics import updates
from tsunagu.commands import backup, refill, restore
from tsunagu.demo.planned import Planned

pytestmark = [pytest.mark.delivery, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def net(own_network: Network) -> Network:
    return own_network


async def publish(partners: dict[str, Partner], plans: list[Planned]) -> None:
    for plan in plans:
        await partners[plan.org].publish(plan)


async def offered(net: Network, plans: list[Planned]) -> None:
    """Each is being asked for, or is known to have nobody to ask."""

    async def all_are() -> bool:
        told = await updates(net, *orgs_of(plans))
        return all(len(told.get((plan.org, plan.reference), ())) > 1 for plan in plans)

    await until("all are offered or escalated", all_are, 60)


async def test_each_database_is_lost_while_cases_are_open(net: Network) -> None:
    """Dropped while its service is stopped, and read back by the command. The others go on meanwhile."""
    plans = planned(24, net.clock.now(), prefix="L")
    partners = await join(net, orgs_of(plans))
    await publish(partners, plans[:8])
    await offered(net, plans[:8])
    async with living(People(net)):
        for number, pair in enumerate((("intake", "notify"), ("matching", "stats"))):
            await publish(partners, plans[8 + 8 * number : 16 + 8 * number])
            async with stopped(net, *pair):
                for service in pair:
                    await _lost_and_restored(net, service)
        told = await ended(net, plans, within=120)
    assert any(steps[-1]["type"] == COMPLETED for steps in told.values())
    await verified(net)


async def _lost_and_restored(net: Network, service: str) -> None:
    before, rows = await documents(store(net, service)), await shelves(net, service)
    await drop(net, service)
    assert await restore.run(where(net), service, None, replace=False) == 0
    assert await documents(store(net, service)) == before
    assert await shelves(net, service) == rows and (service == "stats" or any(rows.values()))


async def test_all_databases_are_lost_beneath_running_services(net: Network) -> None:
    """They end themselves, for what they remember is worth nothing now, and come back with all of it."""
    before = await all_documents(net)
    noted = len(net.notes.said)
    for service in SERVICES:
        await drop(net, service)

    async def have_ended() -> bool:
        return {part for part, what in net.notes.said[noted:] if "exit code 76" in what} >= set(SERVICES)

    await until("all have ended with 76", have_ended, 30)
    await until("ready again", net.ready, 90)
    assert differences(before, await all_documents(net)) == []
    plans = planned(6, net.clock.now(), start=50, prefix="M")
    partners = await join(net, orgs_of(plans))
    async with living(People(net)):
        await publish(partners, plans)
        await ended(net, plans, within=90)
    await verified(net)


async def test_a_backup_catches_up_and_contradicts_nothing(net: Network, tmp_path: Path) -> None:
    """Taken while cases are open; what was decided since is read back, and told by nobody a second time."""
    plans = planned(16, net.clock.now(), start=100, prefix="P")
    partners = await join(net, orgs_of(plans))
    await publish(partners, plans[:8])
    await offered(net, plans[:8])
    files = {service: tmp_path / service for service in ("matching", "notify")}
    for service, file in files.items():
        assert await backup.run(where(net), service, file) == 0
    async with living(People(net)):
        await publish(partners, plans[8:12])
        await ended(net, plans[:12], within=90)
    async with stopped(net, *files):
        for service, file in files.items():
            before = await documents(store(net, service))
            with pytest.raises(TsunaguError, match="not empty: add --replace"):
                await restore.run(where(net), service, file, replace=False)
            assert await restore.run(where(net), service, file, replace=True) == 0
            assert await documents(store(net, service)) == before
    topics = ("cases", "matches", "offers", "responses", "matching.journal", "notify.journal")
    told = await said(net, *topics)
    async with living(People(net)):
        await publish(partners, plans[12:])
        await ended(net, plans, within=90)
    now = await said(net, *topics)
    assert {place: now[place] for place in told} == told and len(now) > len(told)
    await verified(net)


async def test_what_may_not_be_done_now_is_refused_and_changes_nothing(net: Network, tmp_path: Path) -> None:
    before = await all_documents(net)
    with pytest.raises(TsunaguError, match=r"intake runs \(it answers at .*\): stop it before the broker is refilled"):
        await refill.run(where(net), again=True)
    with pytest.raises(TsunaguError, match=r"stats runs .*: stop it before its database is restored"):
        await restore.run(where(net), "stats", None, replace=False)
    with pytest.raises(TsunaguError, match="there is no service 'post'"):
        await restore.run(where(net), "post", None, replace=False)
    assert await all_documents(net) == before


async def test_of_two_at_once_one_is_refused(net: Network) -> None:
    async with stopped(net, *SERVICES):
        before = await all_documents(net)
        await drop(net, "stats")
        attempts = (restore.run(where(net), "stats", None, replace=False) for _ in range(2))
        came = await asyncio.gather(*attempts, return_exceptions=True)
        refused = [one for one in came if isinstance(one, TsunaguError)]
        assert came.count(0) == len(refused) == 1 and "a restore is under way since" in str(refused[0])
        with pytest.raises(TsunaguError, match=r"this broker has not forgotten: .* --again"):
            await refill.run(where(net), again=False)
        came = await asyncio.gather(*(refill.run(where(net), again=True) for _ in range(2)), return_exceptions=True)
        refused = [one for one in came if isinstance(one, TsunaguError)]
        assert came.count(0) == len(refused) == 1 and "a refill is under way since" in str(refused[0])
        assert await all_documents(net) == before
    await verified(net)
    assert await all_documents(net) == before
