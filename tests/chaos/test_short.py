"""The short form of `make chaos`, for CI: nothing lost, nothing twice, on Apache Kafka with two replicas of each service."""

import os
from pathlib import Path

import pytest

from tests.apache.kafka import missing
from tests.chaos.__main__ import SHORT
from tests.chaos.run import run

pytestmark = [pytest.mark.apache, pytest.mark.timeout(900)]


async def test_the_network_survives_a_short_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if lacking := missing("java", "mvn"):
        told = f"not on this machine: {', '.join(lacking)} (Debian: default-jdk-headless maven)"
        pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)
    for name in [name for name in os.environ if name.startswith("TSUNAGU_")]:
        monkeypatch.delenv(name)
    outcome = await run(tmp_path, SHORT)
    assert not outcome.wrong()
