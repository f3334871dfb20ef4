"""What a service does with its database before it takes input: on a real broker and a real database."""

from collections.abc import AsyncIterator, Callable

import pytest

from shared.kafka.connection import Kafka
from shared.kernel.record import Message, Place
from shared.recovery.catch_up import NotRefilled
from shared.recovery.lease import UnderWay, lease
from shared.recovery.marker import Marker
from tests.delivery.support.adder import Adder, adder
from tests.unit.kernel.bench import KEY
from tests.unit.kernel.counter import COMMANDS, SERVICE, SUMS, AddNow
from tests.unit.kernel.test_stuck import FIXED
from tsunagu import refill

pytestmark = pytest.mark.delivery
JOURNAL = Place(f"{SERVICE}.journal", 0)


@pytest.fixture
async def one(database: str, new_broker: Callable[[], Kafka]) -> AsyncIterator[Adder]:
    one = await adder(new_broker(), database)
    await one.lose()
    yield one
    await one.bus.stop()


def silent(_: int) -> None: ...


async def test_a_lost_database_comes_back_with_what_lay_aside(one: Adder) -> None:
    """A stuck document's inputs are in the database alone, but a dead letter says where each record lay."""
    made, other = one.made, "counter-2"
    await one.work(made.event(5, 1), made.command(AddNow(number=1), "c"), made.event(9, 1, key=other))
    await one.work(made.event(666, 2))
    await one.work(made.event(7, 3), made.command(AddNow(number=2), "d"), made.event(1, 2, key=other))
    before, letters = await one.documents(), await one.store.letters(KEY)
    assert before[KEY].stuck == f"{SUMS}-0-2" and len(letters) == 3
    await one.lose()
    await one.recovery().start(silent)
    assert await one.documents() == before
    assert [letter.id for letter in await one.store.letters(KEY)] == [letter.id for letter in letters]
    await one.work(made.release(), decider=FIXED)
    await one.work(made.event(8, 4))
    assert (await one.documents())[KEY].state["total"] == 5 + 1 + 666 + 2 + 7 + 8


async def test_what_was_released_since_does_not_lie_aside_again(one: Adder) -> None:
    made = one.made
    await one.work(made.event(5, 1), made.event(666, 2), made.command(AddNow(number=2), "d"))
    await one.work(made.release(), decider=FIXED)
    before = await one.documents()
    assert before[KEY].stuck is None
    await one.lose()
    await one.recovery().start(silent)
    assert await one.documents() == before
    assert await one.store.letters(KEY) == []


async def test_a_second_start_reads_what_is_new_alone(one: Adder) -> None:
    made = one.made
    await one.recovery().start(silent)
    await one.work(*[made.event(n, n) for n in range(1, 6)])
    assert (await one.recovery().catch_up(silent)).read == 5
    assert (await one.recovery().catch_up(silent)).read == 0
    await one.work(made.event(6, 6))
    assert (await one.recovery().catch_up(silent)).read == 1
    assert (await one.recovery().catch_up(silent, whole=True)).read == 6


async def test_a_clean_stop_notes_what_was_told_before_it(one: Adder) -> None:
    recovery = one.recovery()
    await recovery.start(silent)
    await one.work(one.made.event(1, 1))
    async with recovery.noted():
        pass
    assert (await Marker(recovery.meta).find()).offsets[JOURNAL] == 1


async def test_a_hole_before_the_checkpoint_is_read_from_the_beginning(one: Adder) -> None:
    """A database that was put back by other means than ours, with a checkpoint newer than its documents."""
    made = one.made
    await one.work(*[made.event(n, n) for n in range(1, 4)])
    await one.recovery().start(silent)
    await one.work(made.event(4, 4))
    before = await one.documents()
    await one.store.documents.delete_many({})
    await one.store.collection("journal").delete_many({})
    tally = await one.recovery().catch_up(silent)
    assert (tally.alarms, tally.read) == ([], 4)
    assert await one.documents() == before


async def test_a_newer_version_reads_what_this_one_could_not(one: Adder) -> None:
    """Nothing is noted as agreed until then."""
    made = one.made
    await one.work(made.event(1, 1))
    await one.bus.publish([Message(JOURNAL.topic, KEY, b'{"of": "a newer version"}')])
    for _ in range(2):
        tally = await one.recovery().catch_up(silent)
        assert tally.alarms == [f"{JOURNAL}-1: this version cannot read it"]
    assert (await Marker(one.store.collection("meta")).find()).offsets == {}


async def test_a_broker_that_was_told_nothing_is_not_worked_on(
    one: Adder, database: str, new_broker: Callable[[], Kafka]
) -> None:
    await one.recovery().start(silent)
    await one.work(one.made.event(1, 1), one.made.command(AddNow(number=2), "c"))
    before = await one.documents()
    new = new_broker()
    after = await adder(new, database)
    with pytest.raises(NotRefilled, match="knows nothing of adder: run `tsunagu refill`"):
        await after.recovery().start(silent)
    assert await refill.refill(new, database, [SERVICE]) == 4
    assert (await after.recovery().catch_up(silent)).read <= 1  # the embedded broker tells its ends too low
    assert await after.documents() == before
    await after.bus.stop()


async def test_a_start_waits_for_who_restores(one: Adder) -> None:
    async with lease(one.store.collection("meta"), "a restore"):
        with pytest.raises(UnderWay, match="a restore is under way"):
            await one.recovery().start(silent)
    await one.recovery().start(silent)


async def test_uncommitted_inputs_bring_out_what_they_led_to(one: Adder) -> None:
    """Nothing is committed for the group here: whatever was decided may not be out."""
    await one.work(one.made.event(1, 1), one.made.command(AddNow(number=2), "c"))
    await one.lose()
    await one.recovery().start(silent)
    document = (await one.store.load([KEY]))[KEY]
    assert [entry.position for entry in document.outbox] == [1, 2]
    assert {entry.cause.topic for entry in document.outbox} == {SUMS, COMMANDS}
