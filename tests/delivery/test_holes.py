"""A record that lay on its topic and was not taken: it is read again from there, once it is late; on real parts."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

import pytest

from shared.access import Role, only
from shared.kafka.connection import Kafka
from shared.kafka.log import Log
from shared.kernel.commands import Commands
from shared.kernel.record import REPAIR, Place
from shared.recovery.holes import PATIENCE, Repair
from tests.delivery.support.adder import Adder, adder
from tests.unit.kernel.bench import KEY, HandClock, seals
from tests.unit.kernel.counter import SERVICE, SUBSCRIPTIONS, SUMS, chain_of

pytestmark = pytest.mark.delivery


@pytest.fixture
async def world(database: str, new_broker: Callable[[], Kafka]) -> AsyncIterator[Adder]:
    made = await adder(new_broker(), database)
    await made.lose()
    yield made
    await made.bus.stop()


@dataclass
class Watch:
    """Stands still until it is set forward."""

    seconds: float = 0

    def now(self) -> float:
        return self.seconds


def repair(world: Adder, watch: Watch) -> Repair:
    commands = Commands(SERVICE, world.bus, world.store, HandClock(), {REPAIR: only(Role.NETWORK)})
    return Repair(
        partial(Log, world.kafka), world.cluster, world.store, commands, SUBSCRIPTIONS, seals(), world.tally,
        lambda _key: True, watch.now,
    )  # fmt: skip


async def late(world: Adder) -> Repair:
    """One that has known of the holes for a minute."""
    watch = Watch()
    repairing = repair(world, watch)
    await repairing.round()
    watch.seconds += PATIENCE
    return repairing


async def with_a_hole(world: Adder) -> None:
    """Of five events the third is passed over."""
    made = world.made
    await world.work(made.event(1, 1), made.event(2, 2))
    await world.publish(made.event(3, 3))
    world.read[Place(SUMS, 0)] += 1
    await world.work(made.event(4, 4), made.event(9, 1, key="counter-2"), made.event(5, 5))
    assert (await world.state(KEY))["chain"] == chain_of(1, 2)


async def test_what_was_passed_over_is_read_again_after_a_minute(world: Adder) -> None:
    await with_a_hole(world)
    watch = Watch()
    repairing = repair(world, watch)
    await repairing.round()
    watch.seconds += PATIENCE - 1
    await repairing.round()
    assert world.tally.counts["holes_left:repaired"] == 0, "its sender may still be at it"
    watch.seconds += 1
    await repairing.round()
    await world.work()
    assert (await world.state(KEY))["chain"] == chain_of(1, 2, 3, 4, 5)
    assert world.tally.counts["holes_left:repaired"] == 1
    await repairing.round()
    assert await world.store.holes() == []
    assert await world.store.letters(KEY) == []


async def test_a_repair_that_is_done_twice_does_no_harm(world: Adder) -> None:
    await with_a_hole(world)
    watch = Watch()
    one, other = repair(world, watch), repair(world, watch)
    for repairing in (one, other):
        await repairing.round()
    watch.seconds += PATIENCE
    for repairing in (one, other):
        await repairing.round()
    await world.work()
    await world.work(world.made.event(6, 6))
    assert (await world.state(KEY))["chain"] == chain_of(1, 2, 3, 4, 5, 6)


async def test_what_is_not_on_its_topic_is_alarmed_and_waited_for(world: Adder) -> None:
    made = world.made
    await world.work(made.event(1, 1), made.event(3, 3))
    repairing = await late(world)
    await repairing.round()
    await repairing.round()
    assert world.tally.counts["holes_left:not_found"] == 1
    await world.work(made.event(2, 2))
    assert (await world.state(KEY))["chain"] == chain_of(1, 2)
    await repairing.round()
    await world.work()
    assert (await world.state(KEY))["chain"] == chain_of(1, 2, 3)


async def test_a_second_hole_of_a_stream_is_not_forgotten_with_the_first(world: Adder) -> None:
    """The first closes by itself; the second opens before anybody has looked, and nothing comes after it."""
    made = world.made
    await world.work(made.event(1, 1), made.event(3, 3))
    await world.work(made.event(2, 2), made.event(3, 3))
    await world.publish(made.event(4, 4))
    world.read[Place(SUMS, 0)] += 1
    await world.work(made.event(5, 5))
    repairing = await late(world)
    await repairing.round()
    await world.work()
    assert (await world.state(KEY))["chain"] == chain_of(1, 2, 3, 4, 5)
    await repairing.round()
    assert await world.store.holes() == []
