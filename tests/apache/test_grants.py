"""What each user may do on the brokers, and what it is refused: partners, and the services themselves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
    for_code,
)

from deploy.kafka import access, topics
from deploy.local.progress import Progress
from shared.kafka.connection import Kafka
from tests.apache.secured import Secured, secured

pytestmark = [pytest.mark.apache, pytest.mark.asyncio(loop_scope="session")]
ORG = "granted"
OWN_REFERRALS, OWN_UPDATES = f"partner.{ORG}.referrals", f"partner.{ORG}.updates"
GROUP = f"partner-{ORG}.mine"
REFUSED = (TopicAuthorizationFailedError, GroupAuthorizationFailedError)
Act = Callable[[Kafka], Awaitable[Any]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_brokers(tools: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Secured]:
    """No network works there: what is written here is nothing that one could read."""
    async with secured(tmp_path_factory.mktemp("granted"), Progress()) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def users(own_brokers: Secured) -> dict[str, Kafka]:
    """The partner, and each service."""
    kafka = own_brokers.kafka
    for org in (ORG, "other"):
        await topics.apply(kafka, topics.partner(org))
    found = {ORG: Kafka(kafka.servers, access.user(ORG), await access.add_user(kafka, ORG))}
    await access.add_user(kafka, "other")
    for service, env in own_brokers.users.items():
        found[service] = Kafka(kafka.servers, env["TSUNAGU_KAFKA_USER"], env["TSUNAGU_KAFKA_PASSWORD"])
    return found


def write(topic: str) -> Act:
    async def act(kafka: Kafka) -> None:
        async with AIOKafkaProducer(**kafka.options()) as producer:
            await producer.send_and_wait(topic, b"{}", key=b"k")

    return act


def read(topic: str, group: str | None = None) -> Act:
    """To the end, and with a group its offset is committed, too."""

    async def act(kafka: Kafka) -> None:
        consumer = AIOKafkaConsumer(topic, group_id=group, auto_offset_reset="earliest", **kafka.options())
        async with consumer:
            await consumer.getmany(timeout_ms=500)
            if group:
                await consumer.commit()

    return act


@asynccontextmanager
async def administrator(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**kafka.options())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def make_a_topic(kafka: Kafka) -> None:
    async with administrator(kafka) as admin:
        (made,) = (await admin.create_topics([NewTopic(f"partner.{ORG}.else", 1, 1)])).topic_errors
        if made[1]:
            raise for_code(made[1])


async def delete_its_topic(kafka: Kafka) -> None:
    async with administrator(kafka) as admin:
        (gone,) = (await admin.delete_topics([OWN_REFERRALS])).topic_error_codes
        if gone[1]:
            raise for_code(gone[1])


async def see_topics(kafka: Kafka) -> set[str]:
    async with administrator(kafka) as admin:
        return set(await admin.list_topics())


MAY = {
    f"{ORG} writes its referrals": (ORG, write(OWN_REFERRALS)),
    f"{ORG} reads its updates": (ORG, read(OWN_UPDATES)),
    f"{ORG} reads its updates in a group of its own": (ORG, read(OWN_UPDATES, GROUP)),
    "intake reads what a partner wrote": ("intake", read(OWN_REFERRALS, "tsunagu.intake.inlet.x")),
    "intake tells a partner": ("intake", write(OWN_UPDATES)),
    "matching reads cases": ("matching", read("cases", "tsunagu.matching.kernel.x")),
    "matching writes matches": ("matching", write("matches")),
    "notify reads a key": ("notify", read("resident-keys")),
    "stats writes its journal": ("stats", write("stats.journal")),
    "stats hears how notify stands": ("stats", read("notify.status")),
    "stats hears what was verified": ("stats", read("verified")),
    "notify says how it stands": ("notify", write("notify.status")),
}
MAY_NOT = {
    f"{ORG} writes another's referrals": (ORG, write("partner.other.referrals")),
    f"{ORG} writes its own updates": (ORG, write(OWN_UPDATES)),
    f"{ORG} writes what is between services": (ORG, write("cases")),
    f"{ORG} writes a command": (ORG, write("intake.commands")),
    f"{ORG} reads its own referrals": (ORG, read(OWN_REFERRALS)),
    f"{ORG} reads another's referrals": (ORG, read("partner.other.referrals")),
    f"{ORG} reads another's updates": (ORG, read("partner.other.updates")),
    f"{ORG} reads what is between services": (ORG, read("cases")),
    f"{ORG} reads people's keys": (ORG, read("resident-keys")),
    f"{ORG} reads a journal": (ORG, read("intake.journal")),
    f"{ORG} reads committed offsets": (ORG, read("__consumer_offsets")),
    f"{ORG} is in intake's group": (ORG, read(OWN_UPDATES, "tsunagu.intake.inlet.x")),
    f"{ORG} is in another partner's group": (ORG, read(OWN_UPDATES, "partner-other.mine")),
    f"{ORG} makes a topic": (ORG, make_a_topic),
    f"{ORG} deletes its topic": (ORG, delete_its_topic),
    "matching reads what a partner wrote": ("matching", read(OWN_REFERRALS)),
    "matching reads a resident's key": ("matching", read("resident-keys")),
    "notify makes a case": ("notify", write("cases")),
    "stats makes an event": ("stats", write("responses")),
    "stats says what was verified": ("stats", write("verified")),
    "matching says how intake stands": ("matching", write("intake.status")),
    "stats is in intake's group": ("stats", read("cases", "tsunagu.intake.kernel.x")),
    "intake writes a partner's referrals": ("intake", write(OWN_REFERRALS)),
    "intake reads another's journal": ("intake", read("matching.journal")),
}


@pytest.mark.parametrize("who_and_what", MAY.values(), ids=MAY)
async def test_what_is_granted_is_done(users: dict[str, Kafka], who_and_what: tuple[str, Act]) -> None:
    who, act = who_and_what
    async with asyncio.timeout(60):
        await act(users[who])


@pytest.mark.parametrize("who_and_what", MAY_NOT.values(), ids=MAY_NOT)
async def test_all_else_is_refused_by_the_brokers(users: dict[str, Kafka], who_and_what: tuple[str, Act]) -> None:
    who, act = who_and_what
    with pytest.raises(REFUSED):
        async with asyncio.timeout(60):
            await act(users[who])


async def test_a_partner_sees_its_own_topics_alone(users: dict[str, Kafka]) -> None:
    assert await see_topics(users[ORG]) == {OWN_REFERRALS, OWN_UPDATES}


@pytest.mark.parametrize("who", [{"password": "wrong"}, {"user": "partner-nobody"}])
async def test_a_wrong_user_or_password_is_refused(users: dict[str, Kafka], who: dict[str, str]) -> None:
    producer = AIOKafkaProducer(**Kafka(**{**vars(users[ORG]), **who}).options())
    with pytest.raises(KafkaConnectionError, match="bootstrap"):
        await producer.start()
    await producer.stop()
