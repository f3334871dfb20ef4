"""What an operator may meet at a start: topics that are missing or do not fit, a database of another version, everything away.

The service waits, says for what on readiness, and goes on by itself; nothing is half started.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from deploy.kafka import topics
from deploy.kafka.topics import Topic
from deploy.local.keys import Keys
from shared.kafka.connection import Kafka
from shared.recovery.marker import MARKER, SCHEMA
from tests.delivery.support.network import until
from tests.security.databases import Served, served
from tests.security.one_service import WITHIN, keys_in, running, settings

pytestmark = pytest.mark.timeout(240)
Client = AsyncMongoClient[dict[str, Any]]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return keys_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    """A database that no other test writes to."""
    with served(tmp_path / "home") as made:
        yield made


@pytest.fixture
async def client(own: Served) -> AsyncIterator[Client]:
    made: Client = AsyncMongoClient(own.url, serverSelectionTimeoutMS=int(WITHIN * 1000))
    yield made
    await made.close()


async def test_everything_away(keys: Keys, tmp_path: Path) -> None:
    """A scrape is answered from the first moment, and readiness says what is missing."""
    with running(settings(keys), tmp_path) as service:
        scraped = await until("a scrape", lambda: service.get("/metrics"), WITHIN)
        assert scraped.status_code == 200 and "tsunagu_ready 0.0" in scraped.text
        assert {"broker", "database"} <= set(await service.waiting_for())
        live = await service.get("/health/live")
        assert live and live.status_code == 200, "waiting is no reason to be restarted"


async def test_topics_that_are_missing(keys: Keys, kafka: Kafka, own: Served, tmp_path: Path) -> None:
    """Says which, and the command; goes on once they are there."""
    with running(settings(keys, kafka=kafka.servers, mongo=own.url, topics_generation=7), tmp_path) as service:
        said = await service.until_it_says("there is no topic", "`tsunagu topics apply`")
        assert "stats.journal.g7" in said and "cases.g7" in said
        await topics.apply(Kafka(kafka.servers, generation=7), topics.network(2))
        await service.until_ready()


async def test_topics_with_too_few_partitions(
    keys: Keys, kafka: Kafka, own: Served, client: Client, tmp_path: Path
) -> None:
    """A key would lie in one partition here, in another there: nothing is read, nothing written."""
    eighth = Kafka(kafka.servers, generation=8)
    await topics.apply(eighth, [Topic("matches", 1)])
    await topics.apply(eighth, topics.network(3))
    with running(settings(keys, kafka=kafka.servers, mongo=own.url, topics_generation=8), tmp_path) as service:
        said = await service.until_it_says("one number of partitions")
        assert "matches.g8 has 1" in said and "cases.g8 has 3" in said and "docs/topics.md" in said
        assert await client.tsunagu_stats.meta.count_documents({}) == 0


@pytest.mark.parametrize(("schema", "which"), [(SCHEMA + 1, "a newer version"), (SCHEMA - 1, "an older version")])
async def test_a_database_of_another_version(
    keys: Keys, kafka: Kafka, own: Served, client: Client, tmp_path: Path, schema: int, which: str
) -> None:
    """It is left as it was, to the last index."""
    await topics.apply(kafka, topics.network(2))
    await client.tsunagu_stats.meta.insert_one({"_id": MARKER, "schema": schema})
    with running(settings(keys, kafka=kafka.servers, mongo=own.url), tmp_path) as service:
        said = await service.until_it_says("tsunagu_stats", which)
        assert f"schema {schema}" in said and "docs/losses.md" in said
        assert await client.tsunagu_stats.list_collection_names() == ["meta"]
        await client.tsunagu_stats.meta.delete_one({"_id": MARKER})
        await service.until_ready()
        made = await client.tsunagu_stats.meta.find_one({"_id": MARKER})
        assert made and made["schema"] == SCHEMA


async def test_a_database_from_before_there_was_a_number(
    keys: Keys, kafka: Kafka, own: Served, client: Client, tmp_path: Path
) -> None:
    await topics.apply(kafka, topics.network(2))
    old = {"_id": MARKER, "id": "old", "beats": 3, "cluster": "", "offsets": []}
    await client.tsunagu_stats.meta.insert_one(old)
    with running(settings(keys, kafka=kafka.servers, mongo=own.url), tmp_path) as service:
        await service.until_ready()
