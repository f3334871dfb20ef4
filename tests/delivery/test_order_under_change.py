"""What is laid aside and taken up again after a fix: nothing lost, nothing twice, each document's order kept."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from deploy.kafka.topics import Topic, apply
from deploy.local.parts import SERVICE_COMMANDS
from shared.access import Actor, Role
from shared.letters.desk import LetterDesk
from shared.letters.head import Letter
from tests.apache.secured import Secured
from tests.delivery.support.endings import COMPLETED, ended, living, verified
from tests.delivery.support.losing import drop, stopped, where
from tests.delivery.support.network import Network, network, until
from tests.delivery.support.partner import WITHDRAWN, Headers, Partner, envelope, import_roster, join, planned
from tests.delivery.support.people import People
from tests.delivery.support.topics import updates
from tsunagu import letters

pytestmark = [pytest.mark.delivery, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]
YUI = Actor(Role.OPERATOR, "yui")
_EITHER = (
    'while [ -e "$0/hold-stats" ]; do sleep 0.1; done; '
    '[ -e "$0/older" ] && exec "$1" -m tests.delivery.support.older; exec "$@"'
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def net(own_broker: Secured | None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Network]:
    """Its stats is an older version as long as the file `older` lies in the folder."""
    folder = tmp_path_factory.mktemp("change")
    either = ("sh", "-c", _EITHER, str(folder), *SERVICE_COMMANDS["stats"])
    async with network(folder, {**SERVICE_COMMANDS, "stats": either}, own_broker) as net:
        await import_roster(net)
        yield net


@asynccontextmanager
async def desk(net: Network, service: str) -> AsyncIterator[LetterDesk]:
    async with letters.desks(where(net), service) as desks:
        yield desks[service]


async def open_ones(net: Network, service: str, reason: str) -> list[Letter]:
    async with desk(net, service) as one:
        return [letter for letter in await one.book.letters() if (letter.state, letter.head.reason) == ("open", reason)]


async def settled(net: Network, version: str, folder: Path) -> None:
    """Stats runs in that version."""
    older = folder / "older"
    if version == "older":
        older.touch()
    else:
        older.unlink(missing_ok=True)
    pid = net.signal("stats", signal.SIGTERM)
    await until("another process", lambda: _another(net, pid), 60)
    await until("ready", net.ready, 90)


async def _another(net: Network, pid: int) -> bool:
    return net.pid("stats") not in (None, pid)


async def bad(net: Network, count: int) -> None:
    """Commands for stats that are none; no partner could write there."""
    async with AIOKafkaProducer(**net.kafka.options()) as producer:
        sends = [await producer.send("stats.commands", b"{}", headers=envelope("bad", str(n))) for n in range(count)]
        await asyncio.gather(*sends)


async def test_rejected_records_are_replayed_after_a_fix(net: Network) -> None:
    """Intake's clock went wrong: what partners said had yet to happen. It is set right, and their records come again."""
    plans = [replace(plan, org="ahead") for plan in planned(4, net.clock.now() + timedelta(hours=3), prefix="F")]
    partner = (await join(net, ["ahead"]))["ahead"]
    for plan in plans:
        await partner.publish(plan)
    rejected = await until("rejected", lambda: _as_many(net, "intake", "payload", len(plans)), 60)
    assert {letter.head.code for letter in rejected} == {"consent_in_future"}

    net.clock.jump(net.clock.now() + timedelta(hours=3))
    net.clock.run()
    async with desk(net, "intake") as intake:
        done = [one async for one in intake.replay(rejected, YUI)]
        assert [one.flaw for one in done] == [""] * len(plans)
        offsets = [(one.letter.head.place, one.offset) for one in done]
        assert offsets == sorted(offsets), "in the order in which they lay"
        again = [one async for one in intake.replay([await intake.find(rejected[0].id)], YUI)]
        assert "has been replayed already by operator:yui" in again[0].flaw
        lines = [line for line in await intake.audit.newest(50) if line.why == "replayed"]
        assert {line.person for line in lines} == {letter.id for letter in rejected}
    async with living(People(net)):
        await ended(net, plans, within=120)
    await verified(net)


async def test_what_became_of_a_letter_outlives_the_database(net: Network) -> None:
    async with desk(net, "stats") as stats:
        before = {letter.id: letter for letter in await stats.book.letters()}
    await bad(net, 1)
    (letter,) = await until("a dead letter", lambda: _as_many(net, "stats", "no_key", 1), 60)
    async with desk(net, "stats") as stats:
        assert [one.flaw async for one in stats.discard([letter], "test", YUI)] == [""]
    async with stopped(net, "stats"):
        await drop(net, "stats")
    async with desk(net, "stats") as stats:
        known = await stats.find(letter.id)
        assert (known.state, known.by, known.why) == ("discarded", "operator:yui", "test")
        assert letter.id not in before
    await verified(net)


async def test_an_older_version_lays_aside_what_the_newer_one_takes_up(net: Network) -> None:
    folder = net.home.parent
    await settled(net, "older", folder)
    plans = planned(8, net.clock.now(), start=40, prefix="V")
    partners = await join(net, sorted({plan.org for plan in plans}))
    for plan in plans:
        await partners[plan.org].publish(plan)
    async with living(People(net)):
        told = await ended(net, plans, within=120)
    completed = [steps for steps in told.values() if steps[-1]["type"] == COMPLETED]
    assert completed, "some were assigned, which the older version cannot read"
    async with desk(net, "stats") as stats:
        stuck = await stats.releasing.every()
        assert len(stuck) >= len(completed)
        too_early = await stats.release(stuck[:1], YUI, within=30)
        assert [one.outcome for one in too_early] == ["stuck_again"]
        waiting = await open_ones(net, "stats", "stuck")
        assert len(waiting) > len(stuck), "the first of each, and what followed"
        flaws = [one.flaw async for one in stats.replay(waiting[:1], YUI)]
        assert "release that document" in flaws[0]
    await settled(net, "newer", folder)
    async with desk(net, "stats") as stats:
        done = await stats.release(stuck, YUI, within=60)
        assert {one.outcome for one in done} == {"released"}
        assert await stats.releasing.every() == [] and await stats.book.aside() == {}
        states = {letter.id: (letter.state, letter.by) for letter in await stats.book.letters()}
        assert {states[letter.id] for letter in waiting} == {("released", "operator:yui")}
    await verified(net)


async def test_a_partner_whose_client_spreads_one_reference_over_partitions(net: Network) -> None:
    """Nothing is lost, and the order is what the domain makes of it: what cannot be yet is refused and told."""
    await apply(net.kafka, [Topic("partner.spread.referrals", 3)])
    partner = (await join(net, ["spread"]))["spread"]
    (plan,) = planned(1, net.clock.now(), start=60, prefix="S")
    mine = {"reference": plan.reference}

    async def steps() -> list[str]:
        told = await updates(net, "spread")
        return [step["type"].split(".")[2] for step in told.get(("spread", plan.reference), ())]

    await _send(partner, 1, mine, envelope("spread", "too-early", WITHDRAWN))
    await until("refused", lambda: _has(steps, "rejected"), 60)
    await _send(partner, 0, partner.body(plan), envelope("spread", plan.reference))
    await until("taken", lambda: _has(steps, "accepted"), 30)
    await _send(partner, 2, mine, envelope("spread", "withdrawn", WITHDRAWN))
    await until("withdrawn", lambda: _has(steps, "cancelled"), 60)
    found = await steps()
    assert found[:2] == ["rejected", "accepted"] and found[-1] == "cancelled"
    await verified(net)


async def test_too_much_that_cannot_be_used_stops_a_service_until_an_operator_says_so(net: Network) -> None:
    await settled(net, "newer", net.home.parent)  # what was good before is forgotten
    await bad(net, 40)

    async def held() -> bool:
        health = await net.health("stats")
        return bool(health) and any("could not be used" in one for one in health["waiting_for"])

    await until("stopped", held, 60)
    await until("the metric says so", lambda: _measured(net, "tsunagu_stopped 1.0"), 30)
    live = await net.health("stats", "live")
    assert live and live["alive"]
    assert len(await open_ones(net, "stats", "no_key")) < 20
    async with desk(net, "stats") as stats:
        await stats.allow(15, YUI)
    await until("it goes on", net.ready, 60)
    await until("all are dead letters", lambda: _as_many(net, "stats", "no_key", 40), 60)
    await verified(net)


async def _as_many(net: Network, service: str, reason: str, count: int) -> list[Letter] | None:
    found = await open_ones(net, service, reason)
    return found if len(found) == count else None


async def _measured(net: Network, line: str) -> bool:
    return line in (await net.http.get(f"{net.where.services['stats']}/metrics")).text


async def _has(steps: Callable[[], Awaitable[list[str]]], what: str) -> bool:
    return what in await steps()


async def _send(partner: Partner, partition: int, body: dict[str, Any], head: Headers) -> None:
    await partner.producer.send_and_wait(
        "partner.spread.referrals", json.dumps(body).encode(), key=b"whatever", headers=head, partition=partition
    )
