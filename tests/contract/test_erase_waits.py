"""Nobody is erased while a refill or a restore could tell their key again or bring it back."""

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
