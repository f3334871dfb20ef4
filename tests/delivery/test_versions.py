"""A new version whose documents have another form is rolled out while referrals go on: the old one, both, the new one."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.local.parts import SERVICE_COMMANDS
from shared.clock import RealClock
from shared.kafka.bus import KafkaBus
from shared.kernel.commands import Commands
from tests.apache.secured import Secured
from tests.delivery.support.endings import COMPLETED, each_in_order, ended, living, verified
from tests.delivery.support.losing import store
from tests.delivery.support.network import SERVICES, Network, network, until
from tests.delivery.support.partner import import_roster, join, orgs_of, planned
from tests.delivery.support.people import People
from tests.delivery.support.replicas import decisions, in_groups, readers, replicas
from tests.delivery.support.topics import dead_letters
from tsunagu.verify.wiring import DECIDERS

pytestmark = [pytest.mark.delivery, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]
OUTPACED = "a newer version works here, too"
_EITHER = '[ -e "$0/new" ] || exec "$1" -m tests.delivery.support.earlier "${3#services.}"; exec "$@"'


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def net(own_broker: Secured | None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Network]:
    """Its services are of the version before, until the file `new` lies in the folder and they are started again."""
    folder = tmp_path_factory.mktemp("versions")
    commands = {name: ("sh", "-c", _EITHER, str(folder), *run) for name, run in SERVICE_COMMANDS.items()}
    async with network(folder, commands, own_broker) as net:
        await import_roster(net)
        yield net


async def test_old_both_and_new(net: Network) -> None:
    """The roll-out is broken off in its middle, too: what the new version has begun then waits for it, untouched."""
    plans = planned(60, net.clock.now(), start=1300, prefix="U")
    partners = await join(net, orgs_of(plans))

    async def publish(first: int, last: int) -> None:
        for plan in plans[first:last]:
            await partners[plan.org].publish(plan)
            await asyncio.sleep(0.05)

    await until("ready", net.ready, 90)
    await publish(0, 20)
    await until("the old ones have worked", lambda: _work(net, list(net.where.services.values())), 90)
    assert not any([await _newest(net, service) for service in SERVICES]), "nothing of the new form yet"

    async with replicas(net) as seconds:
        await in_groups(net, 2, within=120)
        await publish(20, 40)
        await until("the new ones have worked", lambda: _work(net, [one.url for one in seconds.values()]), 90)
        await until("each has documents of the new form", lambda: _all_newest(net), 90)
    await until("the old ones are alone again, or have left and say so", lambda: _alone_or_outpaced(net), 60)

    for service in SERVICES:
        await _tick(net, service)
    await until("the old ones have left their groups, and say so", lambda: _all_outpaced(net), 90)
    await in_groups(net, 0, within=60)
    assert all([(await net.health(service, "live") or {}).get("alive") for service in SERVICES]), "nobody restarts them"
    await publish(40, 60)

    pids = {service: net.pid(service) for service in SERVICES}
    (net.home.parent / "new").touch()
    for service in SERVICES:
        net.signal(service, signal.SIGTERM)
    await until("others in their place", lambda: _replaced(net, pids), 60)
    await until("ready", net.ready, 120)
    async with living(People(net, accept=95)):
        told = await ended(net, plans, within=240)
    each_in_order(told)
    assert len(told) == len(plans) and any(steps[-1]["type"] == COMPLETED for steps in told.values())
    assert not any([await dead_letters(net, service) for service in SERVICES]), "nothing was laid aside"
    await verified(net)


async def _work(net: Network, urls: list[str]) -> bool:
    return all([await decisions(net.http, url) for url in urls])


async def _newest(net: Network, service: str) -> list[str]:
    """Documents of a service that are in the newest form."""
    newest = {kind: rules.number for kind, rules in DECIDERS[service].items()}
    rows = await store(net, service).documents.find({}, {"evolve": 1}).to_list(None)
    return [row["_id"] for row in rows if row["evolve"] == newest[row["_id"].partition("-")[0]]]


async def _all_newest(net: Network) -> bool:
    return all([await _newest(net, service) for service in SERVICES])


async def _tick(net: Network, service: str) -> None:
    """As a sweeper would have it: look at these documents of the new form. (Nothing is due there.)"""
    bus = KafkaBus(net.kafka)
    await bus.start()
    try:
        commands = Commands(service, bus, store(net, service), RealClock())
        await commands.send(commands.ticks((await _newest(net, service))[:1]))
    finally:
        await bus.stop()


async def _alone_or_outpaced(net: Network) -> bool:
    """Who has got what the new one was working on may have met its documents by now."""
    found, said = await readers(net), await _outpaced(net)
    return all(count == 1 or (count == 0 and said[name]) for name, count in found.items())


async def _all_outpaced(net: Network) -> bool:
    said = await _outpaced(net)
    print(dict(Counter(said.values())), flush=True)
    return all(said.values())


async def _outpaced(net: Network) -> dict[str, bool]:
    healths = {service: await net.health(service) or {} for service in SERVICES}
    return {name: any(OUTPACED in one for one in health.get("waiting_for", ())) for name, health in healths.items()}


async def _replaced(net: Network, pids: dict[str, int | None]) -> bool:
    return all(net.pid(service) not in (None, pid) for service, pid in pids.items())
