"""Nobody is erased while a refill or a restore could tell their key again or bring it back; nor said to be."""

from pathlib import Path

import pytest

from shared.kafka.connection import Kafka
from shared.recovery.lease import UnderWay, lease
from shared.store import MongoStore, connect
from tests.contract.test_wrapping_retired import keep
from tsunagu.commands import erase, keys
from tsunagu.where import Where

PERSON = "case-erased-while-refilled"


async def test_an_erasure_is_refused_while_a_refill_is_under_way(database: str, kafka: Kafka, tmp_path: Path) -> None:
    keys.make(tmp_path)
    where = Where(kafka, database, {}, None, wrapping_keys=tmp_path / "wrapping/keys.json")
    await keep(where, "intake", PERSON)
    store = MongoStore(connect(database), "tsunagu_intake")
    async with lease(store.collection("meta"), "a refill"):
        with pytest.raises(UnderWay, match=r"a refill is under way since .*: wait until it ends"):
            await erase.run(where, PERSON)
    assert "key" in (await store.rows("keys").find([PERSON]))[PERSON], "nothing is half done"


async def test_who_may_be_in_a_database_that_is_to_be_read_back_is_not_said_to_be_erased(
    database: str, kafka: Kafka, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys.make(tmp_path)
    where = Where(kafka, database, {}, None, wrapping_keys=tmp_path / "wrapping/keys.json")
    assert await erase.run(where, "case-of-a-lost-database") == 1
    assert "NOT ERASED: intake knows no key of theirs and does not answer" in capsys.readouterr().out
    await keep(where, "intake", "case-of-a-lost-database")  # as if read back
    assert await erase.run(where, "case-of-a-lost-database") == 0
    assert "the key is destroyed" in capsys.readouterr().out
