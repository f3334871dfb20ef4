"""The embedded stack as real processes: coming up, recovering from kills, going down."""

import os
import signal
import sys
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient

from deploy.local.addresses import Addresses
from deploy.local.errors import PartFailed
from deploy.local.plan import Services
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack
from tests.local.support import (
    FAKE_SERVICE,
    Screen,
    get,
    info,
    is_alive,
    mails,
    message,
    pid_of,
    prepare_nothing,
    running,
    send,
    until,
)

NO_SERVICES = Services(commands={})


@pytest.mark.asyncio
async def test_comes_up_takes_a_mail_and_leaves_no_process(settings: LocalSettings, screen: Screen) -> None:
    stack = Stack(settings, prepare=prepare_nothing, services=Services(commands={"stats": FAKE_SERVICE}))
    async with running(stack, screen) as where:
        found = info(settings.home)
        pids = [part.pid for part in found.parts.values()]
        await send(where.smtp, message("新しい依頼"))
        assert [mail["subject"] for mail in (await mails(where.inbox))["mails"]] == ["新しい依頼"]
        assert "新しい依頼" in await get(where.inbox)
    assert list(found.parts) == ["broker", "database", "mail", "stats"]
    assert found.ready
    assert {line.split()[0] for line in screen.text.splitlines()} == set(found.parts)
    assert not [pid for pid in pids if pid and is_alive(pid)]
    assert not (settings.home / "stack.json").exists()


@pytest.mark.asyncio
async def test_a_killed_database_comes_back_with_its_data(settings: LocalSettings, screen: Screen) -> None:
    async with running(Stack(settings, prepare=prepare_nothing, services=NO_SERVICES), screen) as where:
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(where.mongo)
        await client.tsunagu.cases.insert_one({"_id": "case-1"})
        killed = pid_of(settings.home, "database")
        os.kill(killed, signal.SIGKILL)
        await until(lambda: screen.text.count("database  up in") == 2)
        assert await client.tsunagu.cases.find_one({"_id": "case-1"}) == {"_id": "case-1"}
        assert pid_of(settings.home, "database") != killed
        await client.close()
    assert "database  died, killed by SIGKILL; starting again in 0.5 s" in screen.text


@pytest.mark.asyncio
async def test_a_killed_broker_comes_back_as_another_until_it_is_filled_again(
    light: LocalSettings, screen: Screen
) -> None:
    clusters: list[str] = []

    async def prepare(where: Addresses) -> None:
        clusters.append(await _cluster_id(where.kafka))
        if len(clusters) == 2:
            raise RuntimeError("no journal")

    stack = Stack(light, prepare=prepare, services=Services(commands={"intake": FAKE_SERVICE}))
    async with running(stack, screen) as where:
        before = info(light.home)
        os.kill(pid_of(light.home, "broker"), signal.SIGKILL)
        await until(lambda: screen.text.count("intake    up in") == 2)
        after = info(light.home)
        assert await _cluster_id(where.kafka) == clusters[-1]
    assert len(set(clusters)) == len(clusters) == 3
    assert "prepare   failed: RuntimeError: no journal; starting the broker again" in screen.text
    changed = {name for name in before.parts if before.parts[name].pid != after.parts[name].pid}
    assert changed == {"broker", "intake"}


@pytest.mark.asyncio
async def test_a_service_that_dies_at_once_is_named_with_its_reason(light: LocalSettings, screen: Screen) -> None:
    dying = (sys.executable, "-c", "raise SystemExit('no such setting')")
    stack = Stack(light, prepare=prepare_nothing, services=Services(commands={"stats": dying}))
    with pytest.raises(PartFailed) as failure:
        await stack.start(screen)
    log = light.home / "logs" / "stats.log"
    assert str(failure.value) == f"stats died, exit code 1: no such setting (log: {log})"
    assert log.read_text() == "no such setting\n"
    assert not (light.home / "stack.json").exists()


@pytest.mark.asyncio
async def test_a_service_that_does_not_become_ready_says_what_it_waits_for(
    light: LocalSettings, screen: Screen
) -> None:
    services = Services(commands={"notify": FAKE_SERVICE}, extra_env={"notify": {"FAKE_WAITING_FOR": "database"}})
    patience = light.model_copy(update={"ready_within": 6.0})
    with pytest.raises(PartFailed, match=r"notify not ready after 6 s: waiting for database"):
        await Stack(patience, prepare=prepare_nothing, services=services).start(screen)


async def _cluster_id(kafka: str) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        cluster: str = (await admin.describe_cluster())["cluster_id"]
        return cluster
    finally:
        await admin.close()
