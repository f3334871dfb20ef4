"""Rows beside the documents: one contract, in memory and on the database; and the shelf that lies on them."""

import asyncio
from collections.abc import AsyncIterator
from itertools import chain

import pytest

from shared.kernel.memory import MemoryBus, MemoryRows
from shared.kernel.ports import Rows
from shared.privacy.audit import Audit, Opening
from shared.shelf import GONE, Shelf
from shared.store import MongoStore, connect
from tests.unit.kernel.bench import HandClock


@pytest.fixture(params=["memory", "motor"])
async def rows(request: pytest.FixtureRequest, unique: str) -> AsyncIterator[Rows]:
    if request.param == "memory":
        yield MemoryRows()
        return
    client = connect(request.getfixturevalue("database"))
    yield MongoStore(client, unique).rows("things")
    client.close()


async def test_what_is_added_is_found_and_never_overwritten(rows: Rows) -> None:
    assert await rows.add({"a": {"n": 1}, "b": {"n": 2}}) == set()
    assert await rows.add({"b": {"n": 3}, "c": {"n": 3}}) == {"b"}
    assert await rows.find(["a", "b", "c", "d"]) == {"a": {"n": 1}, "b": {"n": 2}, "c": {"n": 3}}
    assert await rows.find([]) == {} and await rows.add({}) == set()


async def test_a_row_is_swapped_for_the_one_that_is_known_alone(rows: Rows) -> None:
    await rows.add({"a": {"n": 1, "of": "us"}})
    assert not await rows.swap("a", {"n": 2, "of": "us"}, {"n": 3}) and not await rows.swap("b", {}, {"n": 3})
    assert await rows.swap("a", {"n": 1, "of": "us"}, {"n": 2}) and not await rows.swap(
        "a", {"n": 1, "of": "us"}, {"n": 3}
    )
    assert await rows.find(["a", "b"]) == {"a": {"n": 2}}


async def test_rows_are_added_in_their_order_up_to_one_that_is_there(rows: Rows) -> None:
    assert await rows.extend({"a": {"n": 1}, "d": {"n": 4}}) == 2
    assert await rows.extend({"c": {"n": 3}, "b": {"n": 2}, "d": {"n": 5}, "e": {"n": 5}}) == 2
    assert await rows.extend({"a": {"n": 9}, "f": {"n": 9}}) == 0 and await rows.extend({}) == 0
    assert {id: row["n"] async for id, row in rows.every()} == {"a": 1, "b": 2, "c": 3, "d": 4}


async def test_who_chains_lines_at_once_makes_one_chain(rows: Rows) -> None:
    """Each from a process of its own, and while others are in the midst of theirs."""
    logs = [Audit(shelf(rows)) for _ in range(3)]
    who = [[Opening(f"network:{n}", f"case-{number}", "mail") for number in range(130)] for n in range(3)]
    await asyncio.gather(*(log.note(ours) for log, ours in zip(logs, who, strict=True)))
    noted = [Opening(line.actor, line.person, line.why) for line in await logs[0].newest(1000)]
    assert await logs[0].broken() is None and sorted(noted) == sorted(chain(*who))


async def test_what_is_put_takes_the_place_of_what_was(rows: Rows) -> None:
    await rows.put("a", {"n": 1})
    await rows.put("a", {"m": 2})
    assert await rows.find(["a"]) == {"a": {"m": 2}}


async def test_rows_come_by_id_and_the_newest_first(rows: Rows) -> None:
    await rows.add({id: {"n": n % 2} for n, id in enumerate("bca")})
    assert [id async for id, _ in rows.every()] == ["a", "b", "c"]
    assert [id async for id, _ in rows.every(n=0)] == ["a", "b"]
    assert await rows.newest(2) == [{"n": 1}, {"n": 0}]
    assert await rows.newest(5, n=1) == [{"n": 1}]
    await rows.discard(["a", "nobody"])
    assert [id async for id, _ in rows.every()] == ["b", "c"]


async def test_more_than_a_database_takes_at_once(rows: Rows) -> None:
    many = {f"{n:04}": {"n": n} for n in range(130)}
    await rows.add(many)
    assert await rows.find(list(many)) == many


def shelf(rows: Rows) -> Shelf:
    return Shelf("intake", "resident-keys", rows, MemoryBus(), HandClock())


async def test_a_shelf_is_read_back_from_its_topic(rows: Rows) -> None:
    first = shelf(MemoryRows())
    await first.put("a", {"n": 1})
    await first.put("b", {"n": 2})
    await first.put("a", {"n": 3})
    await first.remove("b")
    assert isinstance(first.bus, MemoryBus)
    records = [(message.key, message.value) for message in first.bus.topics["resident-keys"]]
    again = shelf(rows)
    assert await again.take(records) == 2
    assert await again.find(["a", "b"]) == {"a": {"n": 3}, "b": GONE}
    assert await again.take(records) == 0
    told = [(message.key, message.value) async for message in again.messages()]
    assert told == [("a", b'{"n":3}'), ("b", None)]


async def test_a_backup_does_not_bring_back_who_was_erased(rows: Rows) -> None:
    again = shelf(rows)
    await again.put("a", {"n": 1})
    assert await again.take([("a", b'{"n":1}'), ("a", None)]) == 1
    assert await again.find(["a"]) == {"a": GONE}
