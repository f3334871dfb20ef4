"""Files that a service connects with, renewed while it runs."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.metrics import EXPIRES
from shared.renewed import RENEWED, Renewed
from shared.tls import certificates
from tests.security.authority import Issued, authority


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Issued:
    """Our certificate and its key, and passwords in a folder, as settings name them."""
    pki = authority(tmp_path / "pki")
    own, secrets = pki.client(), tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "tsunagu_mongo_password").write_text("one")
    given = {
        "KAFKA": "127.0.0.1:1", "KAFKA_TLS": "true", "KAFKA_CA": pki.ca, "KAFKA_CERT": own.cert, "KAFKA_KEY": own.key,
        "MONGO": "mongodb://127.0.0.1:1/", "MONGO_USER": "stats", "SECRETS_DIR": secrets,
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(f"TSUNAGU_{name}", str(value))
    for name in ("KAFKA_USER", "KAFKA_PASSWORD", "MONGO_PASSWORD"):
        monkeypatch.delenv(f"TSUNAGU_{name}", raising=False)
    return own


def test_as_long_as_all_is_as_it_was_nothing_is_renewed(own: Issued) -> None:
    renewed = Renewed()
    assert not renewed.renewed()
    own.cert.write_bytes(own.cert.read_bytes())
    assert not renewed.renewed(), "written again, the same"


def test_a_certificate_is_waited_for_until_its_key_has_come(
    own: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    renewed = Renewed()
    assert not renewed.renewed()
    new = authority(tmp_path / "new").client()
    own.cert.write_bytes(new.cert.read_bytes())
    assert not renewed.renewed() and not renewed.renewed()
    said = capsys.readouterr().out
    assert said.count("not to be renewed yet") == 1 and "is not that of the certificate" in said
    own.key.write_bytes(new.key.read_bytes())
    assert renewed.renewed()


@pytest.mark.parametrize("name", ["tsunagu_mongo_password", "tsunagu_mongo_user"])
def test_another_password_or_user(own: Issued, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TSUNAGU_MONGO_USER")
    secrets = tmp_path / "secrets"
    (secrets / "tsunagu_mongo_user").write_text("stats")
    renewed = Renewed()
    assert not renewed.renewed()
    (secrets / "tsunagu_link_secret").write_text("of something else")
    assert not renewed.renewed()
    (secrets / name).write_text("two")
    assert renewed.renewed()


def test_files_that_are_away_for_a_while(own: Issued) -> None:
    renewed = Renewed()
    assert not renewed.renewed()
    was = own.cert.read_bytes()
    own.cert.unlink()
    assert not renewed.renewed()
    own.cert.write_bytes(was)
    assert not renewed.renewed(), "back as they were"


def told() -> dict[str, datetime]:
    """Setting → when the metric says that it expires."""
    samples = [sample for family in EXPIRES.collect() for sample in family.samples]
    return {sample.labels["of"]: datetime.fromtimestamp(sample.value, UTC) for sample in samples}


def end_of(file: Path) -> datetime:
    return certificates(file)[0].not_valid_after_utc


def test_it_tells_when_what_is_set_expires_the_first_of_a_file_counts(own: Issued, tmp_path: Path) -> None:
    ca, first = authority(tmp_path / "pki").ca, authority(tmp_path / "old").lasting(10).cert
    ca.write_bytes(ca.read_bytes() + first.read_bytes())
    EXPIRES.clear()
    assert not Renewed().renewed()
    assert told() == {"kafka_ca": end_of(first), "kafka_cert": end_of(own.cert)}


def test_a_certificate_that_has_expired_meanwhile_is_told_on(own: Issued, tmp_path: Path) -> None:
    """Nothing is whole then; what it works with has expired all the same."""
    renewed = Renewed()
    assert not renewed.renewed()
    was, gone = told(), authority(tmp_path / "old").expired_client()
    own.cert.write_bytes(gone.cert.read_bytes())
    own.key.write_bytes(gone.key.read_bytes())
    assert not renewed.renewed()
    assert told() == was


async def test_it_tells_with_which_code_to_end(own: Issued, tmp_path: Path) -> None:
    waiting = asyncio.create_task(Renewed(every=0.001).until())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    (tmp_path / "secrets" / "tsunagu_mongo_password").write_text("two")
    assert await asyncio.wait_for(waiting, 5) == RENEWED
