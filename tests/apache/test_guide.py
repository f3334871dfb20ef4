"""docs/partners.md, followed to the letter, against Apache Kafka with users and ACLs."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError, TopicAuthorizationFailedError

from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from tests.apache.guide import commands, follow
from tests.delivery.support.network import Network, until
from tsunagu.commands import partner as partner_command
from tsunagu.verify import verify
from tsunagu.where import find

pytestmark = [pytest.mark.apache, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
GUIDE = Path(__file__).parents[2] / "docs" / "partners.md"


@dataclass
class Followed:
    """`said`: what each block of the guide printed. `access`: what the partner was given."""

    said: list[str]
    access: dict[str, str]

    def of(self, what: str) -> str:
        """What the block with these words printed."""
        return next(out for block, out in zip(commands(GUIDE), self.said, strict=True) if what in block)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def followed(secured: Network, workplace: Path) -> Followed:
    await until("ready", secured.ready, 60)
    said = await follow(commands(GUIDE), workplace, 240, TSUNAGU_HOME=str(secured.home))
    given = (workplace / "acme.env").read_text(encoding="utf-8").splitlines()
    return Followed(said, dict(line.split("=", 1) for line in given))


async def test_a_partner_is_told_its_topics_and_its_secrets_are_in_its_own_file(
    followed: Followed, workplace: Path
) -> None:
    said = followed.of("partner add")
    assert "partner.acme.referrals" in said and "Kafka user partner-acme" in said
    assert followed.access["KAFKA_PASSWORD"] not in said and followed.access["TSUNAGU_KEY"] not in said
    assert (workplace / "acme.env").stat().st_mode & 0o077 == 0


async def test_over_http_a_referral_is_checked_published_changed_and_taken_back(followed: Followed) -> None:
    assert '"valid":true' in followed.of("dry_run=true") and '"state":"accepted"' in followed.of("dry_run=true")
    assert "tsunagu.referral.accepted.v1" in followed.of('"$TSUNAGU_URL/referrals/first-1" -H')
    assert followed.of("-X DELETE").count('"reference":"first-1"') == 2


@pytest.mark.parametrize(("client", "reference"), [("publish.py", "python-1"), ("client.Publish", "java-1")])
async def test_a_client_publishes_and_reads_on(followed: Followed, client: str, reference: str) -> None:
    said = followed.of(client)
    assert f"{reference} is at partner.acme.referrals, offset" in said
    assert f"{reference}  1  accepted  accepted\n{reference}  2  offered  accepted" in said


async def test_a_shell_does_too(followed: Followed) -> None:
    said = followed.of("examples/withdrawn.json kcat-1")
    assert "kcat-1  cancelled  solved_otherwise" in said.splitlines()


async def test_what_is_wrong_is_told(followed: Followed) -> None:
    said = followed.of("wrong.json")
    assert "unknown_category" in said and "did you mean hospital?" in said


def as_partner(followed: Followed) -> Kafka:
    given = followed.access
    return Kafka(given["KAFKA_SERVERS"], given["KAFKA_USER"], given["KAFKA_PASSWORD"])


async def test_it_may_write_its_own_topic_alone(followed: Followed) -> None:
    producer = AIOKafkaProducer(**as_partner(followed).options())
    await producer.start()
    try:
        for topic in ("partner.other.referrals", "partner.acme.updates", "cases", "intake.commands"):
            with pytest.raises(TopicAuthorizationFailedError):
                await asyncio.wait_for(producer.send_and_wait(topic, b"{}"), 30)
    finally:
        await producer.stop()


@pytest.mark.parametrize("topic", ["partner.acme.referrals", "cases", "resident-keys", "intake.journal"])
async def test_it_may_read_its_own_updates_alone(followed: Followed, topic: str) -> None:
    consumer = AIOKafkaConsumer(topic, auto_offset_reset="earliest", **as_partner(followed).options())
    with pytest.raises(TopicAuthorizationFailedError):
        try:
            async with asyncio.timeout(30):
                await consumer.start()
                await consumer.getone()
        finally:
            await consumer.stop()


async def test_its_groups_are_its_own(followed: Followed) -> None:
    consumer = AIOKafkaConsumer("partner.acme.updates", group_id="tsunagu.intake", **as_partner(followed).options())
    with pytest.raises(GroupAuthorizationFailedError):
        try:
            async with asyncio.timeout(30):
                await consumer.start()
        finally:
            await consumer.stop()


@pytest.mark.parametrize("who", [{"password": "wrong"}, {"user": "partner-nobody"}])
async def test_a_wrong_user_or_password_is_refused(followed: Followed, who: dict[str, Any]) -> None:
    own = as_partner(followed)
    producer = AIOKafkaProducer(**Kafka(**{**vars(own), **who}).options())
    with pytest.raises(KafkaConnectionError, match="bootstrap"):
        await producer.start()


async def test_a_file_of_secrets_is_not_written_over(
    secured: Network, followed: Followed, workplace: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("TSUNAGU_HOME", str(secured.home))
    with pytest.raises(TsunaguError, match="is there already"):
        await partner_command.add(find(), "acme", workplace / "acme.env")


async def test_nothing_was_lost_and_nothing_happened_twice(
    secured: Network, followed: Followed, monkeypatch: Any
) -> None:
    monkeypatch.setenv("TSUNAGU_HOME", str(secured.home))
    where = find()

    async def proved() -> bool:
        return (await verify(where.kafka, where.mongo)).ok

    await until("the network's promises hold", proved, 60, pause=2)
