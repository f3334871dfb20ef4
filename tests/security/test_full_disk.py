"""The database's disk is full: it refuses to write. The service says so, and once there is room again nothing is missing."""

from pathlib import Path

import pytest

from deploy.kafka import topics
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from tests.delivery.support.network import until
from tests.security.databases import Served, served
from tests.security.disk import full, small_disk
from tests.security.one_service import WITHIN, Running, free_port, keys_in, running, settings
from tests.security.told_cases import case, noted

pytestmark = pytest.mark.timeout(300)


PUBLISHED: list[str] = []


async def more_until_refused(bus: KafkaBus, service: Running) -> str | None:
    """What is preallocated takes some: so more, until the database refuses, and readiness says so."""
    new = [f"case-full-{len(PUBLISHED) + n}" for n in range(200)]
    await bus.publish([case(key) for key in new])
    PUBLISHED.extend(new)
    return next((one for one in await service.waiting_for() if "is its disk full?" in one), None)


async def test_it_waits_says_so_and_goes_on(kafka: Kafka, tmp_path: Path) -> None:
    await topics.apply(kafka, topics.network(2))
    bus, port = KafkaBus(kafka), free_port()
    await bus.start()
    with small_disk(tmp_path / "disk") as disk:
        given = settings(keys_in(tmp_path / "keys"), kafka=kafka.servers, mongo=Served(port).url)
        with running(given, tmp_path) as service:
            with served(disk, port=port) as database:
                await service.until_ready()
                with full(disk):
                    told = await until("it says so", lambda: more_until_refused(bus, service), 3 * WITHIN)
                    assert "case-full" not in told
            with served(disk, port=port) as database:  # it does not come to itself; MongoDB itself even ends
                await service.until_ready()

                async def all_noted() -> bool:
                    return await noted(database, "case-full-") == len(PUBLISHED)

                await until("every case is noted", all_noted, WITHIN)
    await bus.stop()
