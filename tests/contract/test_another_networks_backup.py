"""A backup names the broker that its network was on: another network's is refused before anything is thrown away."""

import gzip
from pathlib import Path

import pytest

from shared.errors import TsunaguError
from shared.kafka.connection import Kafka, cluster_id
from shared.recovery.marker import Checkpoint, Marker
from shared.store import MongoStore, connect
from tsunagu import backup
from tsunagu.commands import restore
from tsunagu.where import Where

NOWHERE = "http://127.0.0.1:1"


async def backed_up(store: MongoStore, cluster: str, file: Path) -> None:
    """Of a network on that broker: one row."""
    marker = Marker(store.collection("meta"))
    await marker.find()
    await marker.save(Checkpoint(cluster))
    await store.collection("handled").insert_one({"_id": file.name})
    await backup.write(store, "stats", file)
    await store.collection("handled").delete_one({"_id": file.name})


async def test_it_is_refused_unless_told(database: str, kafka: Kafka, tmp_path: Path) -> None:
    where = Where(kafka, database, {"stats": NOWHERE}, None)
    store = MongoStore(connect(database), "tsunagu_stats")
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    await backed_up(store, "another", theirs)
    await backed_up(store, await cluster_id(kafka), ours)
    with pytest.raises(TsunaguError, match=r"is of a network on another broker \(another; .*--other-broker"):
        await restore.run(where, "stats", theirs, replace=True)
    assert not await store.rows("handled").find([theirs.name]), "nothing is loaded"
    for file, told in ((ours, False), (theirs, True)):
        assert await restore.run(where, "stats", file, replace=True, other_broker=told) == 0
        assert await store.rows("handled").find([file.name])
    await backup.empty(store)


async def test_where_the_broker_is_lost_too_it_is_loaded_and_the_next_step_said(
    database: str, kafka: Kafka, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where, file = Where(kafka, database, {"stats": NOWHERE}, None), tmp_path / "before"
    store = MongoStore(connect(database), "tsunagu_stats")
    await store.collection("journal").insert_one({"_id": "case-1:1"})
    await backed_up(store, "another", file)
    assert await restore.run(where, "stats", file, replace=True, other_broker=True) == 0
    assert "is as the backup has it" in (said := capsys.readouterr().out) and "run `tsunagu refill`" in said
    assert await store.has_journal()
    with pytest.raises(TsunaguError, match="run `tsunagu refill`"):
        await restore.run(where, "stats", None, replace=False)
    await backup.empty(store)


async def test_that_an_earlier_one_may_be_cut_off_is_said(
    database: str, kafka: Kafka, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = Where(kafka, database, {"stats": NOWHERE}, None)
    store = MongoStore(connect(database), "tsunagu_stats")
    counted, earlier = tmp_path / "counted", tmp_path / "earlier"
    await backed_up(store, await cluster_id(kafka), counted)
    head, *rows, _ = gzip.decompress(counted.read_bytes()).splitlines(keepends=True)
    earlier.write_bytes(gzip.compress(b"".join([head.replace(b"backup-2", b"backup-1"), *rows])))
    for file in (counted, earlier):
        assert await restore.run(where, "stats", file, replace=True) == 0
        assert ("cannot be told" in capsys.readouterr().out) == (file == earlier)
    await backup.empty(store)
