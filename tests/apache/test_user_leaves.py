"""A partner that has left can do nothing on the brokers, also where it is still connected."""

from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from deploy.kafka import access, acls, admin, declared, topics
from deploy.kafka.difference import differences
from deploy.kafka.there import look
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from tests.apache.kafka import apache
from tests.apache.secured import Secured
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
    brokers: Secured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def known(_mongo: str, org: str) -> None:
        assert org == ORG

    monkeypatch.setattr(partner, "must_be_known", known)  # intake's list of partners is no matter of the brokers
    where, env = Where(brokers.kafka, "", {}, None), tmp_path / "its.env"
    before = await access.add_user(brokers.kafka, ORG)
    assert await partner.user_anew(where, ORG, env) == 0
    said = dict(line.split("=", 1) for line in env.read_text().splitlines() if line)
    its = replace(brokers.kafka, user=said["KAFKA_USER"], password=said["KAFKA_PASSWORD"])
    async with AIOKafkaProducer(**its.options()) as connected:
        await connected.send_and_wait(f"partner.{ORG}.referrals", b"{}", key=b"k")
    with pytest.raises(KafkaError):
        async with AIOKafkaProducer(**replace(its, password=before).options()):
            pass


async def test_brokers_without_users_say_so(tools: None, tmp_path: Path) -> None:
    with (
        apache(tmp_path / "open", secured=False) as brokers,
        pytest.raises(access.NoUsers, match="these brokers ask for no user"),
    ):
        await access.remove_user(Kafka(brokers.servers), ORG)
