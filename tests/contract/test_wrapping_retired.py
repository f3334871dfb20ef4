"""A wrapping key goes only when nobody's key lies under it: what it wraps could be opened by nobody, ever."""

from pathlib import Path

import pytest

from shared.clock import RealClock
from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.privacy.vault import Vault
from shared.privacy.wrapping import WrappingKeys
from shared.shelf import shelf
from shared.store import MongoStore, connect
from tsunagu.commands import keys
from tsunagu.where import Where


@pytest.fixture(autouse=True)
async def nobodys_key(database: str) -> None:
    """Whose keys other tests have left there."""
    client = connect(database)
    for service in ("intake", "matching"):
        store = MongoStore(client, f"tsunagu_{service}")
        for name in await store.names():
            if "keys" in name:
                await store.collection(name).drop()
    client.close()


async def keep(where: Where, service: str, *people: str) -> None:
    """As the service does that is running: with the keys of the file as it is now."""
    assert where.wrapping_keys
    client, bus = connect(where.mongo), KafkaBus(where.kafka)
    await bus.start()
    own = shelf(service, "keys", MongoStore(client, f"tsunagu_{service}"), bus, RealClock())
    await Vault(own, WrappingKeys.read(where.wrapping_keys)).keys_for(people)
    await bus.stop()
    client.close()


async def test_it_is_refused_until_every_key_is_wrapped_anew(database: str, kafka: Kafka, tmp_path: Path) -> None:
    keys.make(tmp_path)
    where = Where(kafka, database, {}, None, wrapping_keys=tmp_path / "wrapping/keys.json")
    await keep(where, "intake", "case-retired-1", "case-retired-2")
    await keep(where, "matching", "supporter-retired")
    keys.roll(tmp_path, "wrapping")
    with pytest.raises(TsunaguError, match=r"2 of intake, 1 of matching; nothing is retired.*keys rewrap"):
        await keys.must_be_rewrapped(where, tmp_path)
    await keys.rewrap(where)
    await keys.must_be_rewrapped(where, tmp_path)


async def test_a_folder_of_another_network_is_refused(database: str, kafka: Kafka, tmp_path: Path) -> None:
    """What is asked are the databases of this one: that another's keys are all wrapped anew they cannot say."""
    keys.make(tmp_path / "ours")
    keys.make(tmp_path / "other")
    where = Where(kafka, database, {}, None, wrapping_keys=tmp_path / "ours/wrapping/keys.json")
    await keep(where, "intake", "case-of-ours")
    with pytest.raises(TsunaguError, match="nothing is retired"):
        await keys.must_be_rewrapped(where, tmp_path / "other")
