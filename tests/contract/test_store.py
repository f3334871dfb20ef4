"""One contract, three databases: in memory, MongoDB's protocol with motor, and with pymongo's own client.

The last shows that only calls are used that both drivers share: changing the driver is one line.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from shared.kernel.document import Answer, Cause, Document, Entry
from shared.kernel.memory import MemoryStore
from shared.kernel.ports import Hole, Letter, Store
from shared.kernel.streams import Half, Sent, Streams
from shared.store import MongoStore, connect, from_line, to_line

NOW = datetime(2025, 12, 1, 9, tzinfo=UTC)
DOCUMENT = Document("case-1", rev="1")


@pytest.fixture(params=["memory", "motor", "pymongo"])
async def store(request: pytest.FixtureRequest, unique: str) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    url = request.getfixturevalue("database")
    client: Any = connect(url) if request.param == "motor" else AsyncMongoClient(url, tz_aware=True)
    mongo = MongoStore(client, unique)
    await mongo.prepare()
    await mongo.prepare()
    yield mongo
    closing = client.close()
    if closing is not None:
        await closing


def entry(position: int, document: str = "case-1", **changed: Any) -> Entry:
    cause = Cause("c1", "cases", 3, position)
    event = {
        "type": "t", "id": f"{document}:{position}:0", "data": {"a": [1, {"b.c": None}]},
        "topic": "matches", "key": document, "sequence": position,
    }  # fmt: skip
    whole = Entry(document, position, NOW.isoformat(), cause, "/tsunagu/x|cases", 7, None, None, [event])
    return replace(whole, **changed)


def full(key: str = "case-1", **changed: Any) -> Document:
    """With something in every field, odd names too."""
    whole = Document(
        key, "r1", 2, {"offers": {"supporter-a.b": {"number": 1}}, "text": "つなぐ"}, 1,
        Streams(Half({"/tsunagu/intake/case-1|cases": 7}, {"partner.city.updates|R-1": Sent(2)})), ("c1", 41),
        {"page-$x.y": Answer("h", 1, 1_764_579_600_000, 40, "full", "why")}, NOW, (entry(1), entry(2)), None,
    )  # fmt: skip
    return replace(whole, **changed)


async def put(store: Store, *documents: Document) -> None:
    assert await store.write([("", document) for document in documents]) == set()


async def test_what_is_not_there_is_absent(store: Store) -> None:
    assert await store.load(["case-1"]) == {}
    assert await store.load([]) == {}
    assert await store.answer("case-1", "c") is None
    assert await store.journal("case-1") == []


async def test_a_document_comes_back_as_it_was(store: Store) -> None:
    await put(store, full())
    assert await store.load(["case-1", "case-2"]) == {"case-1": full()}


async def test_a_replacement_needs_the_rev_that_it_replaces(store: Store) -> None:
    await put(store, DOCUMENT)
    second = replace(DOCUMENT, rev="2", version=2)
    assert await store.write([("1", second)]) == set()
    assert await store.write([("1", replace(DOCUMENT, rev="3"))]) == {"case-1"}
    assert await store.write([("", replace(DOCUMENT, rev="4"))]) == {"case-1"}, "it is there already"
    assert await store.load(["case-1"]) == {"case-1": second}


async def test_those_that_miss_are_named_and_the_others_are_written(store: Store) -> None:
    await put(store, *(Document(f"case-{n}", rev="1") for n in range(6)))
    written = [("0" if n in (2, 5) else "1", Document(f"case-{n}", rev="2")) for n in range(6)]
    assert await store.write([*written, ("", Document("case-new", rev="1"))]) == {"case-2", "case-5"}
    revs = {key: document.rev for key, document in (await store.load([d.key for _, d in written])).items()}
    assert revs == {f"case-{n}": "1" if n in (2, 5) else "2" for n in range(6)}
    assert await store.write([]) == set()


async def test_of_two_writers_at_once_one_misses(store: Store) -> None:
    await put(store, DOCUMENT)
    attempts = (store.write([("1", replace(DOCUMENT, rev=f"by {n}"))]) for n in range(4))
    missed = await asyncio.gather(*attempts)
    assert sorted(map(len, missed)) == [0, 1, 1, 1]


async def test_many_keys_at_once(store: Store) -> None:
    keys = [f"case-{n}" for n in range(130)]
    await put(store, *(Document(key, rev="1") for key in keys))
    assert set(await store.load([*keys, "case-none"])) == set(keys)


async def test_a_journal_tells_what_was_heard_on_a_stream(store: Store) -> None:
    lines = [("a|cases", 1), ("b|cases", 1), ("a|cases", 2), (None, None), ("c|cases", 9)]
    await store.append([entry(n, stream=stream, sequence=last) for n, (stream, last) in enumerate(lines, start=1)])
    await store.append([entry(1, "case-10", stream="a|cases", sequence=7)])
    assert await store.heard("case-1", ["a|cases", "b|cases", "z|cases"]) == {"a|cases": 2, "b|cases": 1}
    assert await store.heard("case-2", ["a|cases"]) == {}


async def test_a_document_of_almost_a_megabyte(store: Store) -> None:
    await put(store, large := full(state={"ballast": "x" * 900_000}))
    assert await store.load(["case-1"]) == {"case-1": large}


async def test_the_journal_keeps_what_came_first_by_position(store: Store) -> None:
    await store.append([entry(n) for n in (10, 2, 1)])
    await store.append([entry(1, document="case-2"), entry(2, at="changed"), entry(11)])
    await store.append([])
    assert await store.journal("case-1") == [entry(1), entry(2), entry(10), entry(11)]
    assert await store.journal("case-2") == [entry(1, document="case-2")]


async def test_letters_are_kept_once_in_their_order_and_discarded_one_by_one(store: Store) -> None:
    letters = [Letter(f"c1:cases-0-{n}", "case-1", n, f"sealed {n}") for n in (9, 10, 3)]
    await store.keep(letters)
    other = Letter("c1:cases-0-4", "case-2", 4, "sealed")
    await store.keep([replace(letters[0], sealed="sealed anew"), other])
    await store.keep([])
    assert await store.letters("case-1") == sorted(letters, key=lambda letter: letter.order)
    await store.discard(letters[:2])
    await store.discard([])
    assert await store.letters("case-1") == letters[2:]
    assert await store.letters("case-2") == [other]


async def test_who_is_due_longest_first(store: Store) -> None:
    times = {"case-a": -1, "case-b": -3, "case-c": 0, "case-d": 1, "case-e": None, "case-f": -2}
    await put(store, *(
        Document(key, rev="1", due=None if hours is None else NOW + timedelta(hours=hours),
                 stuck="cases-0-1" if key == "case-f" else None)
        for key, hours in times.items()
    ))  # fmt: skip
    assert await store.due(NOW, 10) == ["case-b", "case-a", "case-c"]
    assert await store.due(NOW, 2) == ["case-b", "case-a"]


async def test_an_answer_is_found_by_the_id_of_its_command(store: Store) -> None:
    await put(store, full())
    assert await store.answer("case-1", "page-$x.y") == full().ids["page-$x.y"]
    assert await store.answer("case-1", "page") is None


async def test_what_a_service_keeps_beside_its_documents(database: str, unique: str) -> None:
    store = MongoStore(connect(database), unique)
    await store.ping()
    await store.collection("partners").insert_one({"_id": "city"})
    assert await store.collection("partners").find_one({}) == {"_id": "city"}
    assert await store.next_due() is None
    await put(store, full(), full("case-2", due=NOW - timedelta(hours=1), stuck="cases-0-1"))
    assert await store.next_due() == NOW


async def test_lines_and_versions_are_found_by_name(database: str, unique: str) -> None:
    """What a restore asks: so many at once that they are looked for in parts."""
    store = MongoStore(connect(database), unique)
    assert (await store.lines([("case-1", 1)]), await store.versions(["case-1"]), await store.has_journal()) == (
        {},
        {},
        False,
    )
    await store.append([entry(n) for n in range(1, 121)])
    await put(store, full(), full("case-2", version=9))
    assert await store.has_journal()
    assert await store.lines([("case-1", n) for n in range(60, 130)]) == {
        ("case-1", n): entry(n) for n in range(60, 121)
    }
    assert await store.versions(["case-1", "case-2", "case-3"]) == {"case-1": 2, "case-2": 9}
    assert {"documents", "journal"} <= set(await store.names())


def test_every_type_of_a_row_survives_a_line_of_text() -> None:
    row = {"_id": 1, "at": NOW, "raw": b"\x00\xff", "big": 2**40, "share": 0.1, "none": None, "of": {"a.b": ["つなぐ"]}}
    assert from_line(to_line(row)) == row
    assert "\n" not in to_line({"text": "two\nlines"})


async def test_a_hole_is_noted_once(store: Store) -> None:
    hole = Hole("case-1", "/tsunagu/x/case-9|cases", "cases", 3, 7, NOW)
    await store.note([hole, replace(hole, key="case-2")])
    await store.note([hole, replace(hole, sequence=8)])
    if isinstance(store, MongoStore):
        assert sorted((one.key, one.sequence) for one in await store.holes()) == [
            ("case-1", 7),
            ("case-1", 8),
            ("case-2", 7),
        ]
        await store.filled(hole)
        assert sorted((one.key, one.sequence) for one in await store.holes()) == [("case-1", 8), ("case-2", 7)]


async def test_a_history_has_what_is_still_to_be_told(database: str, unique: str) -> None:
    """Between a document's write and its journal's a page must not show a state without the step that led to it."""
    mongo = MongoStore(connect(database), unique)
    await mongo.append([entry(1)])
    await put(mongo, full(outbox=(entry(1), entry(2))))
    assert [one.position for one in await mongo.history("case-1")] == [1, 2]
    assert await mongo.history("case-9") == []
