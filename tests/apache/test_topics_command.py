"""`tsunagu topics` against brokers: a diff, what apply makes of it, what it leaves, what it refuses, what it says."""

from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

from deploy.kafka import access, acls, declared
from deploy.kafka.there import look
from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from tests.apache.secured import Secured
from tsunagu.commands import topics as command
from tsunagu.commands.topics import Wish

pytestmark = [pytest.mark.apache, pytest.mark.asyncio(loop_scope="session")]
TOO_MUCH = AclBinding(
    ResourceType.TOPIC, "cases", ResourcePatternType.LITERAL, "User:partner-gone", "*", AclOperation.READ,
    AclPermissionType.ALLOW,
)  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def kafka(brokers: Secured, monkeypatch: pytest.MonkeyPatch) -> Kafka:
    monkeypatch.setenv("TSUNAGU_KAFKA", brokers.kafka.servers)
    return brokers.kafka


def changed(folder: Path, *changes: tuple[str, str]) -> Wish:
    """The file, but for this."""
    text = declared.FILE.read_text(encoding="utf-8")
    for was, now in changes:
        assert was in text
        text = text.replace(was, now, 1)
    file = folder / "network.toml"
    file.write_text(text, encoding="utf-8")
    return Wish(file)


async def test_once_applied_nothing_differs(kafka: Kafka, capsys: pytest.CaptureFixture[str]) -> None:
    assert await command.diff(Wish()) == 0
    assert capsys.readouterr().out == "all is as network.toml says\n"
    assert await command.apply(Wish()) == 0
    assert capsys.readouterr().out == "nothing to do\n"


async def test_what_is_new_in_the_file_is_told_made_and_changed(
    kafka: Kafka, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = changed(
        tmp_path,
        ("[topics]", '[topics]\nextra = { keeps = "week", partitions = 1 }'),
        ('"cases", "matches", "responses", "stats.audit"', '"extra", "cases", "matches", "responses", "stats.audit"'),
        ('retention.ms" = 2_592_000_000 }', 'retention.ms" = 2_592_000_001 }'),
    )
    assert await command.diff(more) == 1
    told = capsys.readouterr().out.splitlines()
    assert "+ topic extra: 1 partition, cleanup.policy=delete, retention.ms=604800000" in told
    assert "+ grant tsunagu-stats may read topic extra" in told
    assert "~ topic intake.commands: retention.ms is 2592000000, should be 2592000001" in told
    assert await command.apply(more) == 0
    assert (await look(kafka)).topics["intake.commands"].config["retention.ms"] == "2592000001"
    assert await command.diff(more) == 0

    capsys.readouterr()
    assert await command.diff(Wish()) == 1
    told = capsys.readouterr().out.splitlines()
    assert "= topic extra is not in the file; no topic is deleted" in told
    assert any(line.startswith("- grant User:tsunagu-stats ALLOW READ topic extra from *") for line in told)
    assert any("retention.ms is 2592000001, should be 2592000000; records would be lost" in line for line in told)
    assert await command.apply(Wish()) == 0
    there = await look(kafka)
    assert "extra" in there.topics and there.topics["intake.commands"].config["retention.ms"] == "2592000001"
    await _put_back(kafka)


async def _put_back(kafka: Kafka) -> None:
    assert await command.apply(Wish(revoke=True)) == 0
    admin = AIOKafkaAdminClient(**kafka.options())
    await admin.start()
    await admin.delete_topics(["extra"])
    await admin.close()


async def test_a_grant_too_many_goes_only_when_told(kafka: Kafka, capsys: pytest.CaptureFixture[str]) -> None:
    acls.add(kafka, [TOO_MUCH])
    assert await command.apply(Wish()) == 0
    assert "left    grant User:partner-gone ALLOW READ topic cases" in capsys.readouterr().out
    assert TOO_MUCH in (acls.there(kafka) or ())
    assert await command.apply(Wish(revoke=True)) == 0
    assert "removed grant User:partner-gone ALLOW READ topic cases" in capsys.readouterr().out
    assert TOO_MUCH not in (acls.there(kafka) or ())


@pytest.mark.parametrize("partitions", [2, 8])
async def test_other_partitions_are_refused_before_anything_is_made(
    kafka: Kafka, tmp_path: Path, partitions: int
) -> None:
    wish = changed(tmp_path, ("[topics]", '[topics]\nnever = { keeps = "week" }'))
    with pytest.raises(TsunaguError, match=rf"4 partitions, should be {partitions}.*docs/topics\.md"):
        await command.apply(Wish(wish.file, partitions=partitions))
    assert "never" not in (await look(kafka)).topics


async def test_who_may_not_is_told_what_to_set(kafka: Kafka, brokers: Secured, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in brokers.users["stats"].items():
        monkeypatch.setenv(name, value)
    with pytest.raises(TsunaguError, match=r"could not be read .*TSUNAGU_KAFKA_USER must be a user that may"):
        await command.diff(Wish())


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("TSUNAGU_KAFKA_PASSWORD", "wrong", r"refuses the user tsunagu: look at TSUNAGU_KAFKA_USER"),
        ("TSUNAGU_KAFKA_USER", "", r"TSUNAGU_KAFKA_PASSWORD: has no user: set TSUNAGU_KAFKA_USER"),
        ("TSUNAGU_KAFKA", "127.0.0.1:1", r"no Kafka broker answers at 127\.0\.0\.1:1"),
        ("TSUNAGU_KAFKA", "nonsense", r"TSUNAGU_KAFKA: 'nonsense' is not the address of brokers: host:port"),
    ],
)
async def test_what_cannot_be_reached_is_told(
    kafka: Kafka, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, told: str
) -> None:
    monkeypatch.setenv(setting, value)
    with pytest.raises(TsunaguError, match=told):
        await command.diff(Wish())


async def test_a_user_that_is_made_again_has_a_new_password_in_a_file_of_its_own(
    kafka: Kafka, brokers: Secured, tmp_path: Path
) -> None:
    file, before = tmp_path / "again.env", brokers.users["stats"]
    with pytest.raises(TsunaguError, match="there is no service post"):
        await command.user("post", file)
    try:
        await command.user("stats", file)
        given = dict(line.split("=", 1) for line in file.read_text().splitlines())
        assert given["TSUNAGU_KAFKA_USER"] == before["TSUNAGU_KAFKA_USER"]
        assert given["TSUNAGU_KAFKA_PASSWORD"] != before["TSUNAGU_KAFKA_PASSWORD"]
        assert file.stat().st_mode & 0o077 == 0
        with pytest.raises(TsunaguError, match="is there already"):
            await command.user("stats", file)
    finally:  # a service that runs here goes on with the one it has
        access.set_password(kafka, before["TSUNAGU_KAFKA_USER"], before["TSUNAGU_KAFKA_PASSWORD"])
