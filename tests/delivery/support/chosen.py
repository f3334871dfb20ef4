"""The broker that `--broker` names: the embedded one, or a real Apache Kafka."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from unittest import mock

import pytest

from shared.kafka.connection import Kafka
from tests.apache.kafka import apache, missing
from tests.apache.secured import Secured, secured
from tests.delivery.support.adder import broker
from tests.delivery.support.network import Notes


def on_apache(config: pytest.Config) -> bool:
    return bool(config.getoption("--broker", "embedded") == "apache")


@asynccontextmanager
async def with_users(config: pytest.Config, folder: Path) -> AsyncIterator[Secured | None]:
    """For a network of services; commands find their user in the environment. None: each network has its own, embedded."""
    if not on_apache(config):
        yield None
        return
    _must_be_there()
    async with secured(folder, Notes()) as made:
        with mock.patch.dict(os.environ, made.env()):
            yield made


@contextmanager
def without_users(config: pytest.Config, folder: Path) -> Iterator[Kafka | None]:
    """For who works without services; None: see above."""
    if not on_apache(config):
        yield None
        return
    _must_be_there()
    with apache(folder, secured=False) as made:
        yield Kafka(made.servers)


@contextmanager
def knowing_nothing(apache: Kafka | None, folder: Path, generations: Iterator[int]) -> Iterator[Callable[[], Kafka]]:
    """Makes such brokers. One Apache Kafka is enough: the next generation of its topics is as empty as another broker."""
    with ExitStack() as running:

        def made() -> Kafka:
            number = next(generations)
            if apache:
                return Kafka(apache.servers, generation=number)
            return running.enter_context(broker(folder / str(number)))

        yield made


def _must_be_there() -> None:
    if lacking := missing("java", "mvn"):
        pytest.fail(f"--broker apache needs {' and '.join(lacking)} (Debian: default-jdk-headless maven)")
