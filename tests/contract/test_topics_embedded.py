"""`tsunagu topics` where there are neither users nor ACLs: the embedded broker, and generations beside each other on it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.kafka import topics
from deploy.kafka.partners import make_topics
from deploy.kafka.there import look
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from tests.delivery.support.adder import broker
from tsunagu.commands import topics as command
from tsunagu.commands.topics import Wish
from tsunagu.prepare import PARTITIONS
from tsunagu.where import kafka_of

GUIDE = Path(__file__).parents[2] / "docs/topics.md"


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with broker(tmp_path_factory.mktemp("broker")) as kafka:
        yield kafka


@pytest.fixture
def kafka(embedded: Kafka, monkeypatch: pytest.MonkeyPatch) -> Kafka:
    for name in ("TSUNAGU_KAFKA_USER", "TSUNAGU_KAFKA_PASSWORD", "TSUNAGU_TOPICS_GENERATION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TSUNAGU_KAFKA", embedded.servers)
    return embedded


async def test_topics_are_made_and_grants_left_out(kafka: Kafka, capsys: pytest.CaptureFixture[str]) -> None:
    assert await command.diff(Wish(partitions=2)) == 1
    told = capsys.readouterr().out
    assert "+ topic cases: 2 partitions, cleanup.policy=delete, retention.ms=-1\n" in told
    assert "grant" not in told and "these brokers have no ACLs" in told
    assert await command.apply(Wish(partitions=2)) == 0
    assert await command.diff(Wish(partitions=2)) == 0
    with pytest.raises(TsunaguError, match="2 partitions, should be 4"):
        await command.apply(Wish())


async def test_a_new_generation_is_made_beside_the_old_one(
    kafka: Kafka, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await command.apply(Wish(partitions=2)) == 0
    monkeypatch.setenv("TSUNAGU_TOPICS_GENERATION", "2")
    assert await command.apply(Wish(partitions=3)) == 0
    assert await command.diff(Wish(partitions=3)) == 0
    there = (await look(kafka_of(kafka.servers))).topics
    assert (there["cases"].partitions, there["cases.g2"].partitions) == (2, 3)
    monkeypatch.delenv("TSUNAGU_TOPICS_GENERATION")
    assert await command.diff(Wish(partitions=2)) == 0


@pytest.mark.parametrize(("org", "replicas"), [("one", 1), ("three", 3)])
async def test_a_partners_topics_have_the_replicas_that_the_networks_own_have(
    kafka: Kafka, org: str, replicas: int
) -> None:
    """Whatever the file says: `topics apply --replicas` may have made those with others."""
    later = replace(kafka, generation=20 + replicas)
    await topics.apply(later, topics.network(), replicas=replicas)
    await make_topics(later, [org])
    made = (await look(kafka)).topics[f"partner.{org}.referrals"]
    assert (made.replicas, made.config.get("min.insync.replicas")) == (replicas, "2" if replicas == 3 else None)


async def test_a_partners_topics_bring_none_of_the_networks_with_them(kafka: Kafka) -> None:
    """Brokers make a topic that is asked for by its name, with settings of their own."""
    before = (await look(kafka)).topics.keys()
    await make_topics(replace(kafka, generation=30), ["early"])
    made = (await look(kafka)).topics.keys() - before
    assert made == {"partner.early.referrals", "partner.early.updates"}


async def test_the_guide_says_what_to_ask_for_on_the_embedded_stack(kafka: Kafka) -> None:
    """As `tsunagu up` has made its topics; without it nothing differs and all is refused."""
    assert f"`--partitions {PARTITIONS}`" in GUIDE.read_text(encoding="utf-8")
    await command.apply(Wish(partitions=PARTITIONS))
    assert await command.diff(Wish(partitions=PARTITIONS)) == 0
    assert await command.diff(Wish()) == 1
