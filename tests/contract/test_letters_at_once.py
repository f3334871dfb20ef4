"""Two operators at the same dead letter, on a real broker and a real database: it is dealt with once."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import NamedTuple

import pytest

from shared.access import Actor, Role
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.kafka.log import Log
from shared.kernel.dead_letters import dead_letter
from shared.kernel.record import Message, Place, Record
from shared.letters.desk import LETTERS, Done, LetterDesk
from shared.letters.head import Letter
from shared.recovery.lease import UnderWay, lease
from shared.store import MongoStore, connect
from tests.unit.kernel.bench import HandClock, seals
from tsunagu import letters
from tsunagu.groups import dead_letters
from tsunagu.where import Where

YUI, KEN = Actor(Role.OPERATOR, "yui"), Actor(Role.OPERATOR, "ken")


class Two(NamedTuple):
    """Two operators' desks, each by itself as two commands are, and the letter that both have listed."""

    yui: LetterDesk
    ken: LetterDesk
    letter: Letter


@pytest.fixture
async def two(database: str, kafka: Kafka, unique: str) -> AsyncIterator[Two]:
    where, bus = Where(kafka, database, {}, None), KafkaBus(kafka)
    await bus.start()
    await bus.publish([Message(unique, "a", b"{}", [])])
    record = Record(Place(unique, await _partition(kafka, unique)), 0, b"a", b"{}", [])
    await bus.publish([dead_letter("stats", record, "unknown_type", HandClock().now(), seals().seal)])
    await bus.stop()
    async with letters.desks(where, "stats") as yuis, letters.desks(where, "stats") as kens:
        yield Two(yuis["stats"], kens["stats"], await yuis["stats"].find(str(record)))


async def _partition(kafka: Kafka, topic: str) -> int:
    async with Log(kafka, [topic]) as log:
        return next(place.partition for place, end in (await log.ends()).items() if end)


async def published(kafka: Kafka, topic: str) -> int:
    async with Log(kafka, [topic]) as log:
        return sum((await log.ends()).values())


async def all_of(doing: AsyncIterator[Done]) -> list[Done]:
    return [one async for one in doing]


async def test_two_replays_at_once_publish_it_once(two: Two, kafka: Kafka) -> None:
    doing = all_of(two.yui.replay([two.letter], YUI)), all_of(two.ken.replay([two.letter], KEN))
    came = await asyncio.gather(*doing, return_exceptions=True)
    refused = [one for one in came if isinstance(one, UnderWay)]
    done = [one.flaw for some in came if isinstance(some, list) for one in some]
    assert done.count("") == 1 and len(done) + len(refused) == 2
    assert all("a replay of dead letters is under way" in str(one) for one in refused)
    assert await published(kafka, two.letter.head.place.topic) == 2


async def test_what_was_done_since_it_was_listed_is_not_done_again(two: Two, kafka: Kafka) -> None:
    assert [one.flaw for one in await all_of(two.yui.replay([two.letter], YUI))] == [""]
    for doing in (two.ken.replay([two.letter], KEN), two.ken.discard([two.letter], "test", KEN)):
        (done,) = await all_of(doing)
        assert "has been replayed already by operator:yui" in done.flaw
    assert await published(kafka, two.letter.head.place.topic) == 2


async def test_a_letter_of_a_broker_that_is_lost_is_another_one_under_the_same_id(two: Two) -> None:
    """Its offsets began anew: what is new must not count as dealt with."""
    lost = replace(two.yui, cluster=lambda: "lost")
    assert [one.flaw for one in await all_of(lost.discard([two.letter], "test", YUI))] == [""]
    assert (await two.ken.find(two.letter.id)).state == "open"
    assert [one.flaw for one in await all_of(two.ken.replay([two.letter], KEN))] == [""]
    assert (await lost.find(two.letter.id)).state == "discarded"


async def test_what_was_done_is_told_though_the_rest_is_refused(
    two: Two, kafka: Kafka, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Letters of two services: the first is replayed, and over the second sits another operator."""
    monkeypatch.setattr(dead_letters, "find", lambda: Where(kafka, database, {}, None))
    place, bus = two.letter.head.place, two.yui.bus
    await bus.publish([Message(place.topic, "a", b"{}", [])])
    second = Record(place, 1, b"a", b"{}", [])
    await bus.publish([dead_letter("intake", second, "unknown_type", HandClock().now(), seals().seal)])
    meta = MongoStore(connect(database), "tsunagu_stats").collection("meta")
    async with lease(meta, "a replay", LETTERS):
        with pytest.raises(UnderWay):
            await inspect.unwrap(dead_letters.replay)([str(second), two.letter.id], by="ken")
    assert f"intake: {second} is replayed" in capsys.readouterr().out
