"""The machine's clock jumps an hour forwards, then two back, under a working service: a warning each, and nothing is lost."""

import os
from pathlib import Path

import pytest

from deploy.kafka import topics
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from tests.delivery.support.network import until
from tests.security.databases import served
from tests.security.one_service import WITHIN, Running, keys_in, running, settings
from tests.security.told_cases import case, noted

pytestmark = pytest.mark.timeout(300)
FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
"""Debian's package faketime: the process is told another time than it is; how long it has run it is told truly."""


def jumps(service: Running) -> list[str]:
    return [line for line in service.log.read_text().splitlines() if "the clock of this machine jumped" in line]


async def test_it_is_told_and_nothing_is_lost(kafka: Kafka, tmp_path: Path) -> None:
    if FAKETIME is None:
        lacking = "not on this machine: libfaketime (Debian: faketime)"
        pytest.fail(lacking) if os.environ.get("CI") else pytest.skip(lacking)
    await topics.apply(kafka, topics.network(2))
    bus, clock = KafkaBus(kafka), tmp_path / "clock"
    await bus.start()
    clock.write_text("+0")
    faked = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"}
    faked |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}  # by the newer and the older name
    with served(tmp_path / "db") as database:
        given = settings(keys_in(tmp_path / "keys"), kafka=kafka.servers, mongo=database.url) | faked
        with running(given, tmp_path) as service:
            await service.until_ready()
            for number, (now, seconds) in enumerate((("+3600", 3600), ("-3600", -7200)), 1):
                clock.write_text(now)
                await bus.publish([case(f"case-jump-{number}")])

                async def told(number: int = number) -> bool:
                    return len(jumps(service)) == number

                async def all_noted(number: int = number) -> bool:
                    return await noted(database, "case-jump-") == number

                await until("a warning", told, WITHIN)
                assert abs(int(jumps(service)[-1].partition('"seconds": ')[2].partition(",")[0]) - seconds) < 60
                await until("the case is noted", all_noted, WITHIN)
            await service.until_ready()
    await bus.stop()
