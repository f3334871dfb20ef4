"""Connections to a real Apache Kafka with real certificates: those that work, and what each of the others is told."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns
from uuid import uuid4

import pytest

from deploy.kafka import access, topics
from deploy.kafka.there import look
from deploy.local.checks import mongo
from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka, cluster_id
from shared.kafka.log import Log
from shared.kafka.refusal import refusal
from shared.kernel.record import Message, Record
from shared.renewed import RENEWED
from shared.tls import Tls
from tests.apache import kafka as apache
from tests.apache.guide import follow
from tests.apache.secured import CLI
from tests.contract.reading import Group, Handler, until
from tests.security.authority import authority
from tests.security.brokers import Brokers, brokers
from tests.security.databases import PASSWORD, USER, served
from tests.security.one_service import keys_in, running, settings

pytestmark = [pytest.mark.apache, pytest.mark.timeout(300)]
Way = Callable[[Brokers], Kafka]
ROOT = Path(__file__).parents[2]
JAVA = "examples/clients/java"
CLIENTS = (
    '"$PYTHON" examples/clients/python/publish.py examples/withdrawn.json --reference python-1 --type withdrawn\n',
    f"mvn -q -B -f {JAVA}/pom.xml package\n"
    f'java -cp "{JAVA}/target/client.jar:{JAVA}/target/lib/*" client.Publish examples/withdrawn.json java-1 withdrawn\n',
    '. examples/clients/kcat/newer.sh "$VENV"\n'
    "examples/clients/kcat/publish.sh examples/withdrawn.json kcat-1 withdrawn\nexamples/clients/kcat/updates.sh\n",
)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    if lacking := apache.missing("java", "mvn"):
        pytest.fail(f"needs {' and '.join(lacking)} (Debian: default-jdk-headless maven)")
    with brokers(tmp_path_factory.mktemp("kafka")) as made:
        yield made


GOOD: dict[str, Way] = {
    "a user, encrypted": lambda b: b.at("USERS"),
    "a certificate": lambda b: b.at("CERTS", tls=b.own()),
    "a user, in the clear": lambda b: b.at("CLEAR"),
}


@pytest.mark.parametrize("way", GOOD.values(), ids=GOOD)
async def test_every_kind_of_client_gets_in(there: Brokers, way: Way) -> None:
    """Admin of both libraries, producer, consumer, FastStream's reader."""
    kafka, name = way(there), f"t{uuid4().hex[:10]}"
    group = await Group(kafka, name).prepare()
    bus = KafkaBus(kafka)
    await bus.start()
    await bus.publish([Message(name, "k", b"1", ())])
    await bus.stop()
    async with Log(kafka, [name]) as log:
        read: list[Record] = [record async for batch in log.read({}) for record in batch]
    assert [record.value for record in read] == [b"1"]
    handler = Handler()
    async with group.reading(handler):
        await until(lambda: handler.done == ["1"], 60)
    assert (await look(kafka)).acls is not None, "and its ACLs, by librdkafka"
    assert await refusal(kafka) is None


def mistrusting(b: Brokers) -> Kafka:
    return b.at("USERS", tls=Tls(authority(b.pki.folder / "other").ca))


BAD: dict[str, tuple[Way, tuple[str, ...]]] = {
    "a wrong password": (lambda b: b.at("USERS", password="wrong"), ("refuses the user tsunagu", "TSUNAGU_KAFKA_PASSWORD")),
    "no such user": (lambda b: b.at("USERS", user="nobody"), ("refuses the user nobody", "TSUNAGU_KAFKA_USER")),
    "an expired certificate": (lambda b: b.at("EXPIRED"), ("expired",)),
    "another name's": (lambda b: b.at("MISNAMED"), ("another name", "TSUNAGU_KAFKA")),
    "a CA that did not sign it": (mistrusting, ("nobody has signed whom we trust", "TSUNAGU_KAFKA_CA")),
    "whom the machine trusts": (lambda b: b.at("USERS", tls=Tls()), ("TSUNAGU_KAFKA_CA",)),
    "no certificate of ours": (lambda b: b.at("CERTS"), ("refuses our certificate", "TSUNAGU_KAFKA_CERT")),
    "a stranger's certificate": (lambda b: b.at("CERTS", tls=strange(b)), ("refuses our certificate", "TSUNAGU_KAFKA_CERT")),
    "in the clear": (lambda b: Kafka(b.at("USERS").servers, apache.ADMIN, b.password), ("TSUNAGU_KAFKA_TLS=true",)),
    "encrypted where nothing is": (
        lambda b: Kafka(b.at("CLEAR").servers, apache.ADMIN, b.password, tls=Tls(b.pki.ca)), ("TSUNAGU_KAFKA_TLS",),
    ),
    "without a user": (lambda b: b.at("CLEAR", user=""), ("answers nobody without a user", "TSUNAGU_KAFKA_USER")),
}  # fmt: skip


def strange(b: Brokers) -> Tls:
    issued = authority(b.pki.folder / "other").client()
    return Tls(b.pki.ca, issued.cert, issued.key)


@pytest.mark.parametrize(("way", "words"), BAD.values(), ids=BAD)
async def test_whoever_does_not_get_in_is_told_why(there: Brokers, way: Way, words: tuple[str, ...]) -> None:
    kafka = way(there)
    told = await refusal(kafka)
    assert told and kafka.servers in told and "\n" not in told
    assert all(word in told for word in words), told
    assert there.password not in told
    with pytest.raises(TsunaguError) as raised:
        await look(kafka)
    assert str(raised.value) == told, "the command line says the same"


async def test_one_that_is_away_refuses_nobody(there: Brokers) -> None:
    assert await refusal(Kafka("127.0.0.1:1", "u", "p", tls=Tls(there.pki.ca))) is None


async def test_a_password_is_in_no_representation(there: Brokers) -> None:
    assert there.password not in repr(there.at("USERS")) + str(there.at("USERS"))


async def test_a_service_with_everything_encrypted(there: Brokers, tmp_path: Path) -> None:
    """Ready with its own user, certificates and passwords from files; with a wrong password it says so, and only waits, until
    the file has another one: then it ends, to be started again.
    """
    kafka, keys = there.at("USERS"), keys_in(tmp_path / "keys")
    await topics.apply(kafka, topics.network(2))
    password = await access.add_service_user(kafka, "stats")
    with served(tmp_path / "db", shows=there.pki.server(), asks_for=there.pki.ca, auth=True) as database:
        given = settings(
            keys, kafka=kafka.servers, kafka_tls="true", kafka_ca=there.pki.ca, kafka_user=access.service_user("stats"),
            mongo=database.url, mongo_tls="true", mongo_ca=there.pki.ca, mongo_cert=there.pki.client().both, mongo_user=USER,
            kafka_wait_ms=100, secrets_dir=tmp_path / "secrets",
        )  # fmt: skip
        (tmp_path / "secrets").mkdir()
        (tmp_path / "secrets" / "tsunagu_mongo_password").write_text(PASSWORD)
        (tmp_path / "secrets" / "tsunagu_kafka_password").write_text("wrong")
        with running(given, tmp_path / "wrong") as service:
            said = await service.until_it_says("refuses the user tsunagu-stats", "TSUNAGU_KAFKA_PASSWORD")
            assert "broker" not in await service.waiting_for(), f"it is not away: {said}"
            (tmp_path / "secrets" / "tsunagu_kafka_password").write_text(password)
            assert await service.ended() == RENEWED
        with running(given, tmp_path / "ungranted") as service:
            assert "tsunagu-stats" in await service.until_it_says("`tsunagu topics apply`")
            await asyncio.to_thread(apply_all, kafka, there)
            await service.until_ready()
            assert PASSWORD not in service.log.read_text() and password not in service.log.read_text()


async def test_a_certificate_that_is_renewed_while_it_runs(there: Brokers, tmp_path: Path) -> None:
    """Not before its key is there, too; then the service ends, and the next one shows the new one."""
    kafka, keys = there.at("CERTS"), keys_in(tmp_path / "keys")
    await asyncio.to_thread(apply_all, there.at("USERS"), there)
    own, new = there.pki.copy(there.pki.client(), tmp_path / "own"), there.pki.client()
    with served(tmp_path / "db") as database:
        given = settings(
            keys, kafka=kafka.servers, kafka_tls="true", kafka_ca=there.pki.ca, kafka_cert=own.cert, kafka_key=own.key,
            mongo=database.url, kafka_wait_ms=100,
        )  # fmt: skip
        with running(given, tmp_path / "before") as service:
            await service.until_ready()
            own.cert.write_bytes(new.cert.read_bytes())
            await until(lambda: "is not that of the certificate" in service.log.read_text(), 60)
            assert await service.waiting_for() == []
            own.key.write_bytes(new.key.read_bytes())
            assert await service.ended() == RENEWED
        with running(given, tmp_path / "after") as service:
            await service.until_ready()


def apply_all(kafka: Kafka, there: Brokers) -> None:
    """Topics and grants, by the command line."""
    tls = {"TSUNAGU_KAFKA_TLS": "true", "TSUNAGU_KAFKA_CA": str(there.pki.ca)}
    user = {"TSUNAGU_KAFKA_USER": kafka.user, "TSUNAGU_KAFKA_PASSWORD": kafka.password}
    apache.ran(CLI, "topics", "apply", "--partitions", "2", TSUNAGU_KAFKA=kafka.servers, **tls, **user)


async def test_a_partners_clients(there: Brokers, tmp_path: Path) -> None:
    """The examples, with nothing but what `tsunagu partner add` has written."""
    kafka, examples, env = there.at("USERS"), tmp_path / "examples", tmp_path / "acme.env"
    copytree(ROOT / "examples", examples, ignore=ignore_patterns("target", "__pycache__"))
    await asyncio.to_thread(apply_all, kafka, there)
    with served(tmp_path / "db") as database:
        own = {"TSUNAGU_KAFKA_USER": kafka.user, "TSUNAGU_KAFKA_PASSWORD": kafka.password, "TSUNAGU_KAFKA_TLS": "true"}
        own |= {"TSUNAGU_KAFKA": kafka.servers, "TSUNAGU_KAFKA_CA": str(there.pki.ca), "TSUNAGU_MONGO": database.url}
        async with asyncio.timeout(60):
            while await mongo(database.url)():
                await asyncio.sleep(0.1)
        first = await asyncio.to_thread(apache.ran, CLI, "partner", "add", "acme", **own)
        said = await asyncio.to_thread(apache.ran, CLI, "partner", "add", "acme", "--env", str(env), **own)
    assert "its Kafka password from then is good no more" in said and "joined before" not in first
    assert f"{there.pki.ca}: hand this file over, too" in said
    out = await follow([f"set -a; . {env}; set +a", *CLIENTS], tmp_path, 200, PYTHON=sys.executable, VENV=sys.prefix)
    assert all(f"{name}-1 is at partner.acme.referrals, offset" in "".join(out) for name in ("python", "java"))
    assert "kcat-1 is published" in out[-1]


async def test_the_command_line(there: Brokers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Topics, and a service's own user, made over an encrypted connection; its secrets from a folder."""
    kafka = there.at("USERS")
    monkeypatch.delenv(
        "TSUNAGU_KAFKA_PASSWORD", raising=False
    )  # of the session's own brokers: it would outweigh the file
    (tmp_path / "tsunagu_kafka_password").write_text(there.password + "\n")
    env = {
        "TSUNAGU_KAFKA": kafka.servers, "TSUNAGU_KAFKA_USER": kafka.user, "TSUNAGU_KAFKA_TLS": "true",
        "TSUNAGU_KAFKA_CA": str(there.pki.ca), "TSUNAGU_SECRETS_DIR": str(tmp_path),
    }  # fmt: skip
    assert "nothing to do" in await asyncio.to_thread(apache.ran, CLI, "topics", "apply", "--partitions", "2", **env)
    assert await asyncio.to_thread(
        apache.ran, CLI, "topics", "user", "stats", "--env", str(tmp_path / "stats.env"), **env
    )
    secrets = dict(line.split("=", 1) for line in (tmp_path / "stats.env").read_text().splitlines())
    own = there.at("USERS", user=access.service_user("stats"), password=secrets["TSUNAGU_KAFKA_PASSWORD"])
    assert await cluster_id(own)
