"""A partner that has left can do nothing on the brokers, also where it is still connected."""

from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from deploy.kafka import access, acls, admin, declared, topics
from deploy.kafka.difference import differences
from deploy.kafka.there import look
from services.intake.partners import partners_of
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from tests.apache.kafka import apache
from tests.apache.secured import Secured
from tests.delivery.support.network import Network
from tsunagu.commands import partner
from tsunagu.groups import partner_remove
from tsunagu.where import Where

pytestmark = [pytest.mark.apache, pytest.mark.asyncio(loop_scope="session")]
ORG = "leaver"


async def test_who_has_left_is_refused(brokers: Secured) -> None:
    kafka = brokers.kafka
    await topics.apply(kafka, topics.partner(ORG))
    its = replace(kafka, user=access.user(ORG), password=await access.add_user(kafka, ORG))
    async with AIOKafkaProducer(**its.options()) as connected:
        await connected.send_and_wait(f"partner.{ORG}.referrals", b"{}", key=b"k")
        assert await access.remove_user(kafka, ORG) == 3, "to write, to read, and its groups"
        with pytest.raises(KafkaError):
            await connected.send_and_wait(f"partner.{ORG}.referrals", b"{}", key=b"k")
    with pytest.raises(KafkaError):
        async with AIOKafkaProducer(**its.options()):
            pass
    left = [acls.told(one) for one in acls.there(kafka) or () if ORG in one.principal or ORG in one.name]
    assert left and all("tsunagu-intake" in one for one in left), "what intake still tells of its cases"
    assert await access.remove_user(kafka, ORG) == 0, "again does no harm"
    told = differences(await look(kafka), declared.read(), kafka, partitions=4, replicas=1)
    assert not [one.what for one in told if ORG in one.what], "it would be granted again what it has lost"


async def test_what_may_not_be_done_is_not_told_as_nothing_to_do(brokers: Secured) -> None:
    """By an operator's command that comes in as somebody who may alter neither users nor grants."""
    password = await access.add_user(brokers.kafka, "mere")
    mere = Where(replace(brokers.kafka, user=access.user("mere"), password=password), "", {}, None)
    said, gone = await partner_remove.without_user(mere, ORG)
    assert not gone and "STILL THERE" in said and admin.NEEDED in said
    with pytest.raises(TsunaguError, match=admin.NEEDED):
        await partner.user(mere, ORG)


async def test_a_new_password_ends_the_one_before(
    secured: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And who had been removed is let in again with a word."""
    org, first, env = "anew", tmp_path / "its.env", tmp_path / "again.env"
    where = Where(secured.kafka, secured.where.mongo, secured.where.services, None)
    assert await partner.add(where, org, first) == 0
    before = said(first)
    assert await partner.user_anew(where, org, env) == 0
    assert "no API key" not in capsys.readouterr().out
    its = replace(secured.kafka, user=said(env)["KAFKA_USER"], password=said(env)["KAFKA_PASSWORD"])
    async with AIOKafkaProducer(**its.options()) as connected:
        await connected.send_and_wait(f"partner.{org}.referrals", b"{}", key=b"k")
    with pytest.raises(KafkaError):
        async with AIOKafkaProducer(**replace(its, password=before["KAFKA_PASSWORD"]).options()):
            pass
    async with partners_of(where.kafka, where.mongo) as partners:
        for key in await partners.keys(org):
            await partners.retire(org, key.id)
    assert await partner.user_anew(where, org, None) == 0
    assert f"no API key of {org} is good: if it had been removed, it is let in again" in capsys.readouterr().out


def said(env: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in env.read_text().splitlines() if line)


async def test_brokers_without_users_say_so(tools: None, tmp_path: Path) -> None:
    with (
        apache(tmp_path / "open", secured=False) as brokers,
        pytest.raises(access.NoUsers, match="these brokers ask for no user"),
    ):
        await access.remove_user(Kafka(brokers.servers), ORG)
