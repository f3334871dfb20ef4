"""After an erasure what the partner itself had written is gone from its topic, too; what intake has not read stays."""

from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.delivery.support.endings import ended, living, verified
from tests.delivery.support.losing import stopped, where
from tests.delivery.support.network import Network
from tests.delivery.support.partner import join, planned
from tests.delivery.support.people import People
from tests.delivery.support.topics import records
from tsunagu.commands import erase
from tsunagu.demo.planned import Planned

pytestmark = [
    pytest.mark.delivery, pytest.mark.apache, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)
]  # fmt: skip
ORG, LATER = "emptied", "unread"


async def test_an_erased_persons_sealed_record_is_deleted_and_everything_goes_on(
    own_network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    net, plans = own_network, of(own_network, ORG, 12)
    partner = (await join(net, [ORG]))[ORG]
    async with living(People(net)):
        for plan in plans[:8]:
            await partner.publish(plan)
        await ended(net, plans[:8], within=120)
        assert await lie_there(net, ORG) == references(plans[:8])
        assert await erase.run(where(net), f"{ORG}/{plans[0].reference}") == 0
        assert f"partner.{ORG}.referrals is emptied of what intake has read" in capsys.readouterr().out
        assert await lie_there(net, ORG) == set() and await deleted(net, ORG) == 8
        await verified(net)

        async with stopped(net, "intake"):
            for plan in plans[8:]:
                await partner.publish(plan)
            await erase.run(where(net), f"{ORG}/{plans[1].reference}")
            assert await lie_there(net, ORG) == references(plans[8:])
        await ended(net, plans[8:], within=120)
    await verified(net)


async def test_what_was_never_read_is_not_deleted(own_network: Network) -> None:
    """Of a partition that intake has not committed the broker says -1, which asked for would mean: all of it."""
    net, (plan,) = own_network, of(own_network, LATER, 1)
    async with living(People(net)):
        async with stopped(net, "intake"):
            await (await join(net, [LATER]))[LATER].publish(plan)
            await erase.run(where(net), f"{LATER}/another")
            assert await lie_there(net, LATER) == references([plan])
        await ended(net, [plan], within=120)
    await verified(net)


def of(net: Network, org: str, count: int) -> list[Planned]:
    return [replace(plan, org=org) for plan in planned(count, net.clock.now(), start=1500, prefix="E")]


def references(plans: list[Planned]) -> set[str]:
    return {plan.reference for plan in plans}


async def lie_there(net: Network, org: str) -> set[str]:
    """References whose sealed record is still on the partner's topic."""
    return {(record.key or b"").decode() for record in await records(net, f"partner.{org}.referrals")}


async def deleted(net: Network, org: str) -> int:
    """Records that the broker has let go."""
    consumer, topic = AIOKafkaConsumer(**net.kafka.options()), f"partner.{org}.referrals"
    await consumer.start()
    try:
        cluster = await consumer._client.fetch_all_metadata()
        places = [TopicPartition(topic, part) for part in cluster.partitions_for_topic(topic) or ()]
        return sum((await consumer.beginning_offsets(places)).values())
    finally:
        await consumer.stop()
