"""deploy/compose/kafka/start.sh and server.properties, by a real Apache Kafka in a container of its own (broker.py)."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy import broker
from tests.deploy.container import Network, Running, beside, hosts, network, started
from tests.deploy.model import Model, model, secrets

pytestmark = [pytest.mark.image, pytest.mark.timeout(900)]

ASK = """
import asyncio, sys
from shared.kafka.connection import Kafka, cluster_id
print(asyncio.run(cluster_id(Kafka("kafka:9092", *sys.argv[1:]))))
"""


def asked(on: Network, hosts: Path, user: str, password: str) -> subprocess.CompletedProcess[str]:
    """The cluster's id, if this user may know it."""
    return beside(on, hosts, sys.executable, "-c", ASK, user, password)


def healthy(running: Running, read: Model) -> None:
    running.until(*read["services"]["kafka"]["healthcheck"]["test"][1:])


def test_a_changed_password_holds_from_the_next_start_on(tools: None, tmp_path: Path) -> None:
    """And the disk stays the same cluster. A wrong password, and nobody in particular, are refused."""
    names = hosts(tmp_path)
    ids = []
    for password in ("first", "second"):
        read = model({**secrets(), "KAFKA_PASSWORD_STATS": password})
        with network() as on, started(broker.container(read, tmp_path, names), on, tmp_path / "log") as running:
            healthy(running, read)
            told = asked(on, names, "tsunagu-stats", password)
            assert told.returncode == 0, told.stderr + running.says()
            ids.append(told.stdout)
            assert asked(on, names, "tsunagu-stats", "wrong").returncode != 0
            assert asked(on, names, "", "").returncode != 0
            if password == "second":
                assert asked(on, names, "tsunagu-stats", "first").returncode != 0
    assert ids[0] == ids[1]


def test_a_password_that_kafka_cannot_be_told_is_refused(tools: None, tmp_path: Path) -> None:
    read = model({**secrets(), "KAFKA_PASSWORD": "with, a comma]"})
    with network() as on, started(broker.container(read, tmp_path, hosts(tmp_path)), on, tmp_path / "log") as running:
        assert running.process.wait(60) == 1
        assert "other signs than letters, digits" in running.log.read_text()
