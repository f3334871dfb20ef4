"""Documents read back into a real database, decision by decision: whole, twice, at once, with a hole, contradicted."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.errors import TsunaguError
from shared.ids import RandomIds
from shared.kernel.record import Place, Record
from shared.kernel.recovery import Known
from shared.recovery.decisions import Decisions
from shared.recovery.lease import LEASE, UnderWay, free, lease
from shared.recovery.marker import Checkpoint, MarkedStore, Marker, OtherDatabase
from shared.store import MongoStore, connect
from tests.delivery.support.little import CASE, CLUSTER, SUPPORTER, Little, Uncounted, little
from tests.delivery.support.losing import documents
from tsunagu import backup
from tsunagu.verify import render, wiring
from tsunagu.verify.run import judge

pytestmark = pytest.mark.delivery
SERVICES = wiring.SERVICES


@pytest.fixture
async def world(database: str) -> AsyncIterator[Little]:
    yield await little(database)


def journal(world: Little, service: str) -> list[Record]:
    """As its topic holds it."""
    told = world.topics[f"{service}.journal"]
    return [Record(Place(f"{service}.journal", 0), n, m.key.encode(), m.value, m.headers) for n, m in enumerate(told)]


def decisions(world: Little, service: str) -> Decisions:
    committed = {Place(topic, 0): len(messages) for topic, messages in world.topics.items()}
    known = Known(CLUSTER, committed, wiring.DECIDERS[service])
    return Decisions(world.stores[service], known, RandomIds(), Uncounted())


async def take(world: Little, service: str, records: Sequence[Record], *, at_once: int = 3) -> Decisions:
    one = decisions(world, service)
    for start in range(0, len(records), at_once):
        await one.take(records[start : start + at_once])
    await one.close_gaps()
    return one


async def drop(world: Little) -> None:
    for service in SERVICES:
        await connect(world.mongo).drop_database(f"tsunagu_{service}")


async def test_lost_databases_come_back_and_verify(world: Little) -> None:
    before = {service: await documents(world.stores[service]) for service in SERVICES}
    lines = {service: [one async for one in world.stores[service].entries({})] for service in SERVICES}
    await drop(world)
    for service in SERVICES:
        tally = (await take(world, service, journal(world, service))).tally
        assert (tally.alarms, tally.entries) == ([], len(lines[service]))
        assert await documents(world.stores[service]) == before[service]
        assert [one async for one in world.stores[service].entries({})] == lines[service]
    report = judge(await world.evidence())
    assert report.ok, render(report)


async def test_what_is_there_is_left_as_it_is(world: Little) -> None:
    before = await world.stores["matching"].load([CASE, SUPPORTER])
    tally = (await take(world, "matching", [*journal(world, "matching"), *journal(world, "matching")])).tally
    assert (tally.entries, tally.documents, tally.alarms) == (0, set(), [])
    assert await world.stores["matching"].load([CASE, SUPPORTER]) == before


async def test_two_at_once_end_as_one(world: Little) -> None:
    before = await documents(world.stores["notify"])
    await drop(world)
    records = journal(world, "notify")
    await asyncio.gather(*(take(world, "notify", records, at_once=size) for size in (1, 2, 5)))
    assert await documents(world.stores["notify"]) == before


async def test_a_journal_that_is_ahead_of_its_documents_is_enough(world: Little) -> None:
    """A backup reads documents first, and a crash may come between the two."""
    before = await documents(world.stores["matching"])
    await world.stores["matching"].documents.delete_many({})
    await take(world, "matching", journal(world, "matching")[-1:])
    after = await documents(world.stores["matching"])
    assert after and all(after[key] == before[key] for key in after)


async def test_a_gap_holds_its_document_up_and_no_other(world: Little) -> None:
    before = await documents(world.stores["matching"])
    await drop(world)
    records = journal(world, "matching")
    lacking = [one for one in records if one.key != CASE.encode() or b'"position":2,' not in (one.value or b"")]
    assert len(lacking) == len(records) - 1
    tally = (await take(world, "matching", lacking)).tally
    assert tally.alarms == [f"{CASE}: the journal topic has a gap"]
    after = await documents(world.stores["matching"])
    assert (after[CASE].version, after[CASE].stuck) == (1, f"{CASE}:2")
    assert after[SUPPORTER] == before[SUPPORTER]


async def test_a_gap_that_closes_later_is_none(world: Little) -> None:
    before = await documents(world.stores["matching"])
    await drop(world)
    records = journal(world, "matching")
    tally = (await take(world, "matching", [*records[4:], *records])).tally
    assert tally.alarms == []
    assert await documents(world.stores["matching"]) == before


async def test_the_same_position_with_other_content_is_alarmed_and_not_written_over(world: Little) -> None:
    store = world.stores["intake"]
    rows = store.collection("journal")
    row = await rows.find_one({"document": CASE, "position": 2})
    await rows.update_one({"_id": row["_id"]}, {"$set": {"at": "2020-01-01T00:00:00+00:00"}})
    tally = (await take(world, "intake", journal(world, "intake"))).tally
    assert tally.alarms == [f"{CASE}:2: the journal topic says something else than the database"]
    assert (await rows.find_one({"_id": row["_id"]}))["at"] == "2020-01-01T00:00:00+00:00"
    document = (await store.load([CASE]))[CASE]
    assert document.stuck == f"{CASE}:2", "it must say nothing more until somebody has looked"
    again = (await take(world, "intake", journal(world, "intake"))).tally
    assert again.alarms == tally.alarms
    assert (await store.load([CASE]))[CASE] == document


async def test_a_topic_that_contradicts_itself_is_alarmed(world: Little) -> None:
    await drop(world)
    records = journal(world, "stats")
    other = records[0]._replace(value=(records[0].value or b"").replace(b'"at":"2025', b'"at":"2024'))
    assert other != records[0]
    tally = (await take(world, "stats", [*records, other])).tally
    assert len(tally.alarms) == 1


async def test_a_line_that_cannot_be_read_holds_its_document_up(world: Little) -> None:
    """A newer version may have written it: what it decided must not be decided anew."""
    before = await documents(world.stores["stats"])
    records = journal(world, "stats")
    await drop(world)
    values = (None, b"{", b"[]", b'{"a":1}', (records[0].value or b"").replace(b'{"document"', b'{"new":1,"document"'))
    odd = [records[0]._replace(key=b"case-odd", value=value, offset=90 + n) for n, value in enumerate(values)]
    keyless = odd[0]._replace(key=None, offset=95)
    tally = (await take(world, "stats", [*odd, keyless, *records])).tally
    assert tally.alarms == [f"stats.journal-0-{90 + n}: this version cannot read it" for n in range(6)]
    after = await documents(world.stores["stats"])
    assert after.keys() - before.keys() == {"case-odd"}
    assert (after["case-odd"].version, after["case-odd"].stuck) == (0, "stats.journal-0-90")
    assert {key: after[key] for key in before} == before


async def test_another_database_is_noticed(world: Little) -> None:
    store = world.stores["stats"]
    marker, other = Marker(store.collection("meta")), Marker(store.collection("meta"))
    assert await marker.find() == Checkpoint()
    checkpoint = Checkpoint("c1", {Place("stats.journal", 1): 7})
    await marker.save(checkpoint)
    assert await other.find() == checkpoint and checkpoint.within("c2") == {}
    older = await store.collection("meta").find_one({"_id": "marker"})
    await marker.save(checkpoint)
    await marker.check()
    await other.check()
    await store.collection("meta").replace_one({"_id": "marker"}, older)  # as it was a while ago
    for one in (marker, other):
        with pytest.raises(OtherDatabase):
            await one.check()
    await drop(world)
    with pytest.raises(OtherDatabase):
        await MarkedStore(store, marker).load([CASE])
    with pytest.raises(OtherDatabase):
        await marker.save(checkpoint)
    await other.find()
    with pytest.raises(OtherDatabase):
        await marker.check()


async def test_a_lease_is_held_by_one_and_outlives_no_holder_for_long(database: str) -> None:
    meta = MongoStore(connect(database), "tsunagu_leases").collection("meta")
    await meta.delete_many({})
    async with lease(meta, "a restore"):
        with pytest.raises(UnderWay, match=r"a restore is under way since .* UTC by process \d+ on .*: wait until"):
            await free(meta)
        with pytest.raises(UnderWay):
            async with lease(meta, "a refill"):
                pytest.fail("two at once")
    await free(meta)
    past = datetime.now(UTC) - timedelta(seconds=1)
    await meta.insert_one({"_id": LEASE, "what": "a restore", "holder": "one killed", "since": past, "until": past})
    await free(meta)
    async with lease(meta, "a refill"):
        assert (await meta.find_one({"_id": LEASE}))["what"] == "a refill"
    assert await meta.find_one({"_id": LEASE}) is None


async def test_a_backup_comes_back_row_by_row(world: Little, tmp_path: Path) -> None:
    store, file = world.stores["notify"], tmp_path / "notify.gz"
    await store.collection("odd").insert_one({"_id": 1, "at": datetime(2025, 6, 10, 1, tzinfo=UTC), "raw": b"\x00"})
    await store.collection("sessions").insert_one({"_id": "of somebody who may sign out before this comes back"})
    before = {name: await _rows(store, name) for name in await backup.contents(store) if name not in backup.NOT_KEPT}
    counts = await backup.write(store, "notify", file)
    assert counts == {name: len(rows) for name, rows in before.items() if rows}
    assert file.stat().st_mode & 0o077 == 0
    await drop(world)
    assert await backup.is_empty(store)
    assert backup.check(file, "notify").service == "notify"
    assert await backup.load(store, file) == counts
    assert {name: await _rows(store, name) for name in counts} == {name: before[name] for name in counts}


async def _rows(store: MongoStore, name: str) -> list[object]:
    return list(await store.collection(name).find({}, sort=[("_id", 1)]).to_list(None))


async def test_a_file_that_is_no_whole_backup_of_that_service_is_refused(world: Little, tmp_path: Path) -> None:
    file, broken = tmp_path / "notify.gz", tmp_path / "broken.gz"
    await backup.write(world.stores["notify"], "notify", file)
    with pytest.raises(TsunaguError, match="is a backup of notify, not of stats"):
        backup.check(file, "stats")
    with pytest.raises(TsunaguError, match="exists: name a new file"):
        await backup.write(world.stores["notify"], "notify", file)
    with pytest.raises(TsunaguError, match="cannot be written"):
        await backup.write(world.stores["notify"], "notify", tmp_path / "no" / "such")
    whole = file.read_bytes()
    head, *lines, end = gzip.decompress(whole).splitlines(keepends=True)
    cut = [
        b"".join([head, *lines[:-1], end]),
        b"".join([head, *lines]),
        b"".join([head, *lines, end, lines[0]]),
        head + end,
    ]
    rows = [b'{"in": "keys", "row": 5}', b'{"in": 5, "row": {"_id": "a"}}', b"[]"]
    rows += [b'{"in": "%s", "row": {"_id": "a"}}' % name for name in (b"$x", b"", b"a..b", b"system.users", b"meta")]
    odd = [gzip.compress(content) for content in (head, *(head + row for row in rows), *cut)]
    for content in (whole[:-9], whole[: len(whole) // 2], b"", b"text", whole[:40] + b"xxxx" + whole[44:], *odd):
        broken.write_bytes(content)
        with pytest.raises(TsunaguError, match="backup"):
            backup.check(broken, "notify")
    broken.write_bytes(gzip.compress(b"".join([head.replace(b"backup-2", b"backup-1"), *lines])))
    assert backup.check(broken, "notify").service == "notify", "one of an earlier version has no end"
    assert set(tmp_path.iterdir()) == {file, broken}, "nothing half written is left"
