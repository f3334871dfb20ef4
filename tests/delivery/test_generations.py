"""More partitions: the network moves to a new generation of topics beside the old one, and nothing is lost on the way."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from deploy.kafka.topics import Topic, apply
from shared.kafka.connection import Kafka, cluster_id
from shared.kafka.log import Log
from shared.kernel.record import Place, Record
from shared.recovery.catch_up import NotRefilled
from tests.delivery.support.adder import TOPICS, Adder, adder
from tests.unit.kernel.bench import KEY
from tests.unit.kernel.counter import COMMANDS, SERVICE, SUMS, TOTALS, AddNow
from tsunagu.refill import refill

pytestmark = pytest.mark.delivery


def silent(_: int) -> None: ...


async def told(kafka: Kafka, topic: str) -> list[Record]:
    async with Log(kafka, [topic]) as log:
        return [record async for batch in log.read({}) for record in batch]


async def grown(world: Adder, mongo: str) -> Adder:
    """The same network on the next generation, which has three partitions of each topic."""
    new = replace(world.kafka, generation=world.kafka.generation + 1)
    await apply(new, [Topic(name, 3) for name in TOPICS])
    after = await adder(new, mongo)
    after.made = world.made
    return after


async def test_a_new_generation_goes_on_where_the_old_one_was(new_broker: Callable[[], Kafka], database: str) -> None:
    old = new_broker()
    world = await adder(old, database)
    await world.lose()
    made = world.made
    sums = [made.event(number, number) for number in range(1, 4)]
    await world.recovery().start(silent)
    await world.work(*sums, made.command(AddNow(number=10), "done"), made.event(9, 1, key="counter-2"))
    await world.publish(made.command(AddNow(number=20), "unread"))
    before = await world.documents()

    after = await grown(world, database)
    assert after.cluster == f"{await cluster_id(replace(old, generation=1))}.g{old.generation + 1}"
    with pytest.raises(NotRefilled, match="run `tsunagu refill`"):
        await after.recovery().start(silent)
    await refill(after.kafka, database, [SERVICE])
    await after.recovery().start(silent)
    assert await after.documents() == before
    assert [record.key for record in await told(after.kafka, COMMANDS)] == [KEY.encode()] * 2

    await after.publish(*sums)  # their sender is refilled, too: it tells all of its journal again
    await after.work(made.event(5, 4))
    assert (await after.state(KEY))["total"] == 1 + 2 + 3 + 10 + 20 + 5
    assert {record.place.partition for record in await told(after.kafka, TOTALS)} <= {0, 1, 2}
    sequences = [dict(r.headers)["ce_sequence"] for r in await told(after.kafka, TOTALS) if r.key == KEY.encode()]
    assert list(dict.fromkeys(sequences)) == [str(number).encode() for number in range(1, 7)]
    assert len(await told(old, TOTALS)) == 5, "the old generation is left as it was"
    await world.lose()
    await world.bus.stop()
    await after.bus.stop()


def test_only_partners_topics_keep_their_names() -> None:
    third = Kafka("localhost:9092", generation=3)
    assert third.name("cases") == "cases.g3"
    assert third.name("partner.city.referrals") == "partner.city.referrals"
    assert third.place(third.partition(Place(SUMS, 2))) == Place(SUMS, 2)
    assert Kafka("localhost:9092").name("cases") == "cases"
