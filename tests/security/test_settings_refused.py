"""Wrong and missing settings: each is named with what is expected, all at once, before anything starts."""

import os
from importlib import import_module
from pathlib import Path

import pytest

from deploy.local.keys import Keys
from shared.connections import Brokers
from shared.setting_types import host_and_port
from shared.settings import Settings, WrongSettings, made
from tests.security.authority import Authority, authority
from tests.security.one_service import keys_in, refused, settings
from tsunagu.commands.keys import roll

SECRET_PART = "hunter2hunter2"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return keys_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TSUNAGU_")]:
        monkeypatch.delenv(name)


def flaws(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], service: str = "notify") -> list[str]:
    """None of them: the settings are good."""
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    model: type[Settings] = getattr(import_module(f"services.{service}.settings"), f"{service.title()}Settings")
    try:
        made(model)
    except WrongSettings as error:
        return list(error.flaws)
    return []


WRONG = [
    ("kafka", "broker-without-port", "host:port"),
    ("kafka", "a:9092,b:99999", "host:port"),
    ("kafka", "PLAINTEXT://a:9092", "host:port"),
    ("kafka", "a b:9092", "host:port"),
    ("kafka", "::1:9092", "host:port"),
    ("kafka_tls", "perhaps", "is no boolean: true or false"),
    ("kafka_wait_ms", "0", "greater than or equal to 1"),
    ("topics_generation", "first", "integer"),
    ("topics_generation", "9" * 30, "less than or equal to 9999"),
    ("mongo", "localhost:27017", "mongodb://"),
    ("mongo", "http://localhost", "mongodb://"),
    ("mongo", "mongodb://", "mongodb://"),
    ("mongo", f"mongodb://user:{SECRET_PART}/x@host/", "percent-encoded"),
    ("mongo", "mongodb://host:port/", "mongodb://"),
    ("http_port", "0", "greater than or equal to 1"),
    ("http_port", "70000", "less than or equal to 65535"),
    ("http_port", "http", "integer"),
    ("clock", "/nowhere/clock", "No such file"),
    ("clock", os.devnull, "for the real time leave it out"),
    ("clock", __file__, "for the real time leave it out"),
    ("network_jwks", "/nowhere", "No such file"),
    ("network_jwks", "/", "Is a directory"),
    ("letter_key", SECRET_PART, "at least 32 characters"),
    ("sign_in_secret", SECRET_PART, "at least 32 characters"),
    ("link_secret", SECRET_PART, "at least 32 characters"),
    ("wrapping_keys", __file__, "tsunagu keys make"),
    ("smtp", "mail", "host:port"),
    ("smtp", "mail:25:26", "host:port"),
    ("smtp", f"user:{SECRET_PART}@mail:25", "host:port"),
    ("sender", "nobody", "Name <name@example.org>"),
    ("sender", "a@example.org, b@example.org", "Name <name@example.org>"),
    ("sender", "a@example.org\nBcc: b@example.org", "Name <name@example.org>"),
    ("sender", "Name <>", "Name <name@example.org>"),
    ("log_level", "loud", "'WARNING'"),
    ("max_body", "0", "greater than or equal to 1"),
    ("requests_a_minute", "many", "integer"),
    ("stop_after", "-1", "greater than or equal to 0"),
    ("stop_share", "2", "less than or equal to 1"),
    ("batches_at_once", "9", "less than or equal to 8"),
    ("sweep_seconds", "0", "greater than 0"),
    ("sweep_seconds", "inf", "less than or equal to 60"),
    ("url_intake", "intake.example.org", "https://host"),
    ("url_notify", "https://host:port", "https://host"),
    ("url_notify", "https://two words", "https://host"),
    ("url_notify", "https://host/#here", "https://host"),
    ("url_notify", f"https://user:{SECRET_PART}@host", "https://host"),
    ("kafka_password", SECRET_PART, "TSUNAGU_KAFKA_USER"),
    ("mongo_password", SECRET_PART, "TSUNAGU_MONGO_USER"),
]


@pytest.mark.parametrize(("name", "value", "expected"), WRONG, ids=[f"{name}={value[:24]}" for name, value, _ in WRONG])
def test_a_wrong_value(keys: Keys, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str) -> None:
    """Named, with what is expected; and no secret stands in it."""
    (flaw,) = flaws(monkeypatch, settings(keys, "notify", **{name: value}))
    assert flaw.startswith(f"TSUNAGU_{name.upper()}: ")
    assert expected in flaw
    assert SECRET_PART not in flaw


@pytest.mark.parametrize(
    ("name", "file", "needed"),
    [
        ("network_key", "network_public", "the network's private ones"),
        ("network_key", "wrapping", "the network's private ones"),
        ("wrapping_keys", "network_private", "wrapping keys"),
        ("network_jwks", "wrapping", "the network's public ones"),
    ],
)
def test_a_file_of_other_keys(keys: Keys, monkeypatch: pytest.MonkeyPatch, name: str, file: str, needed: str) -> None:
    (flaw,) = flaws(monkeypatch, settings(keys, "intake", **{name: getattr(keys, file)}), "intake")
    assert flaw.startswith(f"TSUNAGU_{name.upper()}: ") and f"other keys than {needed}" in flaw


def test_a_private_key_of_another_network(keys: Keys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing that a partner seals could be opened. A public key less than private ones is a roll under way."""
    other = keys_in(tmp_path)
    (flaw,) = flaws(monkeypatch, settings(keys, "intake", network_key=other.network_private), "intake")
    assert flaw.startswith("TSUNAGU_NETWORK_KEY: ") and "opens nothing sealed to" in flaw
    before = other.network_public.read_text()
    roll(tmp_path, "sealing")
    rolled = settings(keys, "intake", network_key=other.network_private, network_jwks=other.network_public)
    assert flaws(monkeypatch, rolled, "intake") == []
    other.network_public.write_text(before)
    assert flaws(monkeypatch, rolled, "intake") == []


@pytest.mark.parametrize("smtp", ["mail.example.org:25", "192.0.2.1:587", "[2001:db8::1]:25"])
def test_ways_to_name_a_mail_server(keys: Keys, monkeypatch: pytest.MonkeyPatch, smtp: str) -> None:
    assert flaws(monkeypatch, settings(keys, "notify", smtp=smtp)) == []
    assert host_and_port(smtp) == (smtp.rpartition(":")[0].strip("[]"), int(smtp.rpartition(":")[2]))


def test_several_brokers_with_spaces_between_them() -> None:
    assert Brokers(kafka="a.example.org:9092, 192.0.2.1:9092").broker().servers == "a.example.org:9092,192.0.2.1:9092"


def test_good_ones(keys: Keys, pki: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    own = pki.client()
    tls = {"kafka_tls": "true", "kafka_ca": pki.ca, "kafka_cert": own.cert, "kafka_key": own.key}
    tls |= {"mongo_tls": "true", "mongo_ca": pki.ca, "mongo_cert": own.both}
    assert flaws(monkeypatch, settings(keys, "notify", kafka_user="", **tls)) == []


def test_what_belongs_together(keys: Keys, pki: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    told = flaws(
        monkeypatch, settings(keys, "notify", kafka_user="u", mongo_user="u", kafka_ca=pki.ca, mongo_ca=pki.ca)
    )
    assert sorted(told) == [
        "TSUNAGU_KAFKA_CA: is for encrypted connections: set TSUNAGU_KAFKA_TLS=true, too",
        "TSUNAGU_KAFKA_PASSWORD: is missing: the password of TSUNAGU_KAFKA_USER",
        "TSUNAGU_MONGO_CA: is for encrypted connections: set TSUNAGU_MONGO_TLS=true, too",
        "TSUNAGU_MONGO_PASSWORD: is missing: the password of TSUNAGU_MONGO_USER",
    ]


def test_certificates_that_cannot_be_used(
    keys: Keys, pki: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own, expired, early, other = pki.client(), pki.expired_client(), pki.early_client(), pki.server()
    for files, expected in (
        ({"ca": keys.network_public}, "no certificate in PEM"),
        ({"ca": tmp_path / "none"}, "No such file"),
        ({"cert": own.cert}, "no private key in PEM"),
        ({"cert": own.cert, "key": other.key}, "not that of the certificate"),
        ({"key": own.key}, "TSUNAGU_KAFKA_CERT: is missing: the certificate of TSUNAGU_KAFKA_KEY"),
        ({"cert": expired.cert, "key": expired.key}, "expired on 2021-01-01"),
        ({"cert": early.cert, "key": early.key}, "look at this machine's clock"),
    ):
        given = {f"kafka_{name}": file for name, file in files.items()}
        (flaw,) = flaws(monkeypatch, settings(keys, "notify", kafka_tls="true", **given))
        assert expected in flaw, flaw
        for name in given:
            monkeypatch.delenv(f"TSUNAGU_{name.upper()}")


def test_every_flaw_at_once_before_anything_starts(keys: Keys, tmp_path: Path) -> None:
    """As a process: a line each, ended with 2. What is empty is missing."""
    wrong = settings(keys, "notify", kafka="x", http_port="x", mongo="", letter_key=None, log_level="x", smtp=None)
    lines = refused(wrong, tmp_path, "notify")
    named = {line.partition(":")[0].removeprefix("TSUNAGU_") for line in lines[:-1]}
    assert named == {"KAFKA", "HTTP_PORT", "MONGO", "LETTER_KEY", "LOG_LEVEL", "SMTP"}
    assert lines[-1] == "6 to mend; see docs/settings.md"


@pytest.mark.parametrize("service", ["intake", "matching", "notify", "stats"])
def test_of_each_service_nothing_is_given(service: str, tmp_path: Path) -> None:
    lines = refused({}, tmp_path, service)
    assert all(": is missing: " in line and "needed" not in line for line in lines[:-1]), lines


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("/?tls=perhaps", "'true' or 'false'"),
        ("/?tsl=true", "an option that no MongoDB client has"),
        ("/?tls=true&tlsCAFile=/no/such.pem", "tlscafile file is not readable: No such file or directory"),
        ("/?tls=true&tlsCAFile=/dev/null", "holds no certificate in PEM"),
        ("/?tls=true&tlsCertificateKeyFile=/dev/null", "holds no certificate in PEM"),
    ],
)
def test_what_its_url_says_that_no_driver_can_do(keys: Keys, tmp_path: Path, rest: str, told: str) -> None:
    (line,) = refused(settings(keys, mongo=f"mongodb://127.0.0.1:1{rest}"), tmp_path)
    assert line.startswith("TSUNAGU_MONGO: ") and told in line


def test_a_password_in_its_url_that_is_not_encoded(keys: Keys, tmp_path: Path) -> None:
    (line,) = refused(settings(keys, mongo=f"mongodb://user:{SECRET_PART}:x@127.0.0.1:1/"), tmp_path)
    assert line.startswith("TSUNAGU_MONGO: ") and "percent-encoded" in line and SECRET_PART not in line


def test_an_address_that_cannot_be_listened_on(keys: Keys, tmp_path: Path) -> None:
    for host in ("no-such-host.invalid", "192.0.2.1"):
        (line,) = refused(settings(keys, http_host=host), tmp_path)
        assert line.startswith(f"cannot listen on {host}:")
        assert "TSUNAGU_HTTP_HOST" in line


def test_secrets_come_from_files(keys: Keys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As containers are given them: a folder, a file for each. A variable comes before it."""
    secrets = {
        "kafka_password": SECRET_PART,
        "letter_key": "f" * 32,
        "link_secret": "f" * 32,
        "sign_in_secret": "f" * 32,
    }
    for name, value in secrets.items():
        (tmp_path / f"tsunagu_{name}").write_text(value + "\n")
    given = settings(keys, "notify", kafka_user="u", letter_key=None, sign_in_secret=None)
    for name, value in {**given, "TSUNAGU_SECRETS_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    read = made(import_module("services.notify.settings").NotifySettings)
    assert (read.kafka_password, read.letter_key, read.link_secret) == (SECRET_PART, "f" * 32, "k" * 32)
    assert SECRET_PART not in repr(read) + str(read) + repr(read.broker())
    assert "f" * 32 not in repr(read) + str(read)


def test_a_folder_of_secrets_that_is_none(keys: Keys, tmp_path: Path) -> None:
    """It hides nothing: what is wrong besides is named, too; what is missing may lie in it."""
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "tsunagu_smtp").write_bytes(b"\xff")
    for folder in ("none", "odd"):
        given = settings(keys, "notify", http_port="x", log_level="loud", letter_key=None, smtp=None)
        lines = refused({**given, "TSUNAGU_SECRETS_DIR": str(tmp_path / folder)}, tmp_path, "notify")
        assert [line.partition(":")[0].removeprefix("TSUNAGU_") for line in lines] == [
            "SECRETS_DIR", "HTTP_PORT", "LOG_LEVEL", "3 to mend; see docs/settings.md"
        ]  # fmt: skip
    assert lines[0].endswith(f"{tmp_path}/odd cannot be read, at TSUNAGU_SMTP: it is no text")
