"""A service whose wrapping keys are of another network, or were made anew, takes nothing in: it says what it lacks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.kafka import topics
from deploy.local.keys import Keys
from shared.clock import RealClock
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.privacy.vault import Vault
from shared.privacy.wrapping import WrappingKeys
from shared.shelf import Shelf, shelf
from shared.store import MongoStore, connect
from tests.security.databases import served
from tests.security.one_service import keys_in, running, settings

pytestmark = pytest.mark.timeout(300)
OF = {"intake": ("intake", "case-1"), "matching": ("matching", "supporter-1"), "notify": ("matching", "supporter-1")}
"""Service -> whose shelf it reads people's keys from, and one of them."""


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Of a database of its own: whose people are in it is what matters."""
    with served(tmp_path / "db") as database:
        yield database.url


async def keep(kafka: Kafka, url: str, service: str, person: str, keys: Keys) -> tuple[KafkaBus, Shelf]:
    bus = KafkaBus(kafka)
    await bus.start()
    own = shelf(service, "keys", MongoStore(connect(url), f"tsunagu_{service}"), bus, RealClock())
    await Vault(own, WrappingKeys.read(keys.wrapping)).keys_for([person])
    return bus, own


@pytest.mark.parametrize("service", OF)
async def test_it_says_which_key_it_lacks_and_takes_nothing_in(
    kafka: Kafka, url: str, tmp_path: Path, service: str
) -> None:
    await topics.apply(kafka, topics.network(2))
    ours, other = keys_in(tmp_path / "ours"), keys_in(tmp_path / "other")
    whose, person = OF[service]
    bus, own = await keep(kafka, url, whose, person, ours)
    env = settings(ours, service, kafka=kafka.servers, mongo=url)
    try:
        with running({**env, "TSUNAGU_WRAPPING_KEYS": str(other.wrapping)}, tmp_path / "lost", service) as lost:
            said = await lost.until_it_says("TSUNAGU_WRAPPING_KEYS", WrappingKeys.read(ours.wrapping).newest)
            assert person not in said
            await own.remove(person)  # who is erased needs no key
            await lost.until_ready()
    finally:
        await own.remove(person)
        await bus.stop()
