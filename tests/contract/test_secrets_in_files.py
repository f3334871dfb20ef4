"""`--env FILE`: what is made once and shown once is made only where the file can hold it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.files import write_whole
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from shared.store import MongoStore, connect
from tsunagu.commands import partner
from tsunagu.secret_file import reserved, write_secrets
from tsunagu.where import Where


@contextmanager
def no_room() -> Iterator[None]:
    """As on a full disk: a file may be made, and not be written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_it_holds_what_was_made_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "acme.env"
    with reserved(file):
        write_secrets(file, {"TSUNAGU_KEY": "k", "KAFKA_PASSWORD": ""})
    assert file.read_text() == "TSUNAGU_KEY=k\nKAFKA_PASSWORD=\n" and file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(TsunaguError, match="is there already"), reserved(file):
        pass
    assert file.read_text().startswith("TSUNAGU_KEY=k"), "never written over, never thrown away"


def test_there_is_none_where_nothing_was_made(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), reserved(tmp_path / "acme.env"):
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


async def test_on_a_full_disk_no_key_is_made_that_nobody_has(database: str, kafka: Kafka, tmp_path: Path) -> None:
    where = Where(kafka, database, {"intake": "http://127.0.0.1:1"}, None)
    with pytest.raises(TsunaguError, match=r"acme\.env cannot be written: .*; nothing was made"), no_room():
        await partner.add(where, "full-disk", tmp_path / "acme.env")
    client = connect(database)
    assert not await MongoStore(client, "tsunagu_intake").collection("partners").find_one({"org": "full-disk"})
    client.close()
    assert not list(tmp_path.iterdir())


def test_on_a_full_disk_no_half_of_a_key_is_left(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too large"), no_room():
        write_whole(tmp_path / "wrapping.json", "secret", 0o600)
    assert not list(tmp_path.iterdir())
