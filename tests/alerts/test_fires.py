"""Trouble in a running network, each kind caused once, and the alert seen firing in a real Prometheus (make alerts).

One after the other on one network: what leaves it broken comes last.
"""

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from shared.letters.allowance import Allowance
from shared.renewed import RENEWED
from tests.alerts.prometheus import Prometheus, prometheus
from tests.delivery.support.losing import holdable, stopped, store
from tests.delivery.support.network import Network, network, until
from tests.delivery.support.partner import Partner, import_roster, join, planned
from tests.security.authority import authority
from tests.security.one_service import Running, keys_in, running, settings

pytestmark = [pytest.mark.alerts, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]
ACCEPTED = "tsunagu.case.accepted.v1"
LEFT = 'tsunagu_certificate_expires_timestamp_seconds{{of="mongo_cert"}} - time() > {} * 86400'


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def net(no_settings_from_outside: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Network]:
    folder = tmp_path_factory.mktemp("alerts")
    async with network(folder, holdable(folder)) as found:
        await import_roster(found)
        await until("ready", found.ready, 120)
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def partner(net: Network) -> Partner:
    return (await join(net, ["alerts"]))["alerts"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def watch(net: Network, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prometheus]:
    async with prometheus(net, tmp_path_factory.mktemp("prometheus")) as server:
        yield server


@contextmanager
def held(net: Network, part: str) -> Iterator[None]:
    """It hangs: it runs and answers nothing."""
    pid = net.signal(part, signal.SIGSTOP)
    assert pid
    try:
        yield
    finally:
        net.signal(part, signal.SIGCONT)


async def publish(net: Network, partner: Partner, prefix: str, count: int) -> None:
    for one in planned(count, net.clock.now(), prefix=prefix):
        await partner.publish(one)


async def write(net: Network, topic: str, key: str, sequence: int, count: int = 1, value: bytes = b"{") -> None:
    """As nobody who may write there does: events that cannot be read. Without a sequence they have no envelope."""
    head = [
        ("ce_id", b"x"), ("ce_source", f"/tsunagu/intake/{key}".encode()), ("ce_type", ACCEPTED.encode()),
        ("ce_time", b"2025-06-10T10:00:00+09:00"), ("ce_sequence", str(sequence).encode()),
    ]  # fmt: skip
    async with AIOKafkaProducer(**net.kafka.options()) as producer:
        for _ in range(count):
            await producer.send(topic, value, key=key.encode(), headers=head if sequence else [])


async def test_nothing_fires_while_nothing_is_wrong(net: Network, partner: Partner, watch: Prometheus) -> None:
    await publish(net, partner, "calm", 3)
    assert await watch.firing() == {}
    await watch.become_calm()


async def test_a_service_is_stopped(net: Network, watch: Prometheus) -> None:
    async with stopped(net, "stats"):
        await watch.until_fires("TsunaguDown", "stats")
    await watch.until_over("TsunaguDown", "stats")


async def test_nobody_renews_a_certificate(watch: Prometheus, tmp_path: Path) -> None:
    """Of a service beside the network, which encrypts nothing: it tells of its files before it reaches anything."""
    pki, own = authority(tmp_path / "pki"), tmp_path / "own.pem"
    given = settings(keys_in(tmp_path / "keys"), "notify", mongo_tls="true", mongo_ca=pki.ca, mongo_cert=own)
    own.write_bytes(pki.lasting(300).both.read_bytes())
    with running(given, tmp_path, "notify") as service, watch.looking_at(service.url, "encrypted"):
        await until("its certificate is seen", lambda: watch.value(LEFT.format(300)), 60)
        await watch.become_calm("Certificates expire in")
        own.write_bytes(pki.lasting(10).both.read_bytes())
        assert await service.ended() == RENEWED
    with running(given, tmp_path, "notify") as service, watch.looking_at(service.url, "encrypted"):
        await until("it has looked at the file itself", lambda: _tells_of_its_certificate(service), 60)
        await watch.until_fires("TsunaguCertificateExpires", "mongo_cert")
        own.write_bytes(pki.lasting(90).both.read_bytes())
        assert await service.ended() == RENEWED
    with running(given, tmp_path, "notify") as service, watch.looking_at(service.url, "encrypted"):
        await until("its certificate is seen", lambda: watch.value(LEFT.format(90)), 60)
        await watch.until_over("TsunaguCertificateExpires", "mongo_cert")


async def _tells_of_its_certificate(service: Running) -> bool:
    """The process before it told of the same file in its last seconds, enough to make the alert fire."""
    answer = await service.get("/metrics")
    return bool(answer) and 'tsunagu_certificate_expires_timestamp_seconds{of="mongo_cert"}' in answer.text


async def test_the_database_hangs(net: Network, partner: Partner, watch: Prometheus) -> None:
    with held(net, "database"):
        await publish(net, partner, "hang", 5)
        await watch.until_fires("TsunaguNotReady", "intake")
        await watch.until_fires("TsunaguBehind", "intake")
        answer = await net.http.get(f"{net.where.services['stats']}/metrics", timeout=20)
        assert answer.status_code == 200, "a scrape does not fail because the database is away"
        assert "\ntsunagu_ready 0.0\n" in answer.text and "tsunagu_referrals_total" not in answer.text
    await until("ready", net.ready, 120)
    await watch.until_over("TsunaguNotReady", "intake")
    await watch.until_over("TsunaguBehind", "intake")


async def test_matching_asks_nobody(net: Network, partner: Partner, watch: Prometheus) -> None:
    async with stopped(net, "matching"):
        await publish(net, partner, "late", 6)
        await watch.until_fires("TsunaguFirstWordLate", "page")


async def test_a_partners_client_is_broken(net: Network, partner: Partner, watch: Prometheus) -> None:
    for number in range(30):
        await partner.send(b"{", f"broken-{number}")
    await watch.until_fires("TsunaguDeadLetters", "intake")


async def test_the_mail_server_hangs(net: Network, partner: Partner, watch: Prometheus) -> None:
    with held(net, "mail"):
        await publish(net, partner, "mute", 8)
        await watch.until_fires("TsunaguMailsFail", "page")
        await until("all of a batch have had their attempt", lambda: _put_off(watch, 16), 120)


async def _put_off(watch: Prometheus, wanted: int) -> bool:
    """So many mails, by one process: notify does not take the mail server's silence for a fault of its own."""
    return await watch.value('sum(tsunagu_mails_total{result="retried"})') >= wanted


async def test_the_broker_hangs_while_something_goes_out(net: Network, partner: Partner, watch: Prometheus) -> None:
    async def caught() -> bool:
        """Something was on its way just then; else once more."""
        await publish(net, partner, f"caught-{net.clock.now():%M%S}", 10)
        with held(net, "broker"):
            try:
                await watch.until_fires("TsunaguUnpublished", "intake", within=25)
            except AssertionError:
                return False
            return True

    await until("an event is caught on its way", caught, 300)
    await until("ready", net.ready, 120)


async def test_a_process_ends_again_and_again(net: Network, watch: Prometheus) -> None:
    hold = net.home.parent / "hold-stats"
    for _ in range(3):
        hold.touch()  # it is back in two seconds else, and who looks each second may not have noticed
        try:
            assert net.signal("stats", signal.SIGKILL)
            await watch.until_fires("TsunaguDown", "stats")
        finally:
            hold.unlink()
        await until("ready", net.ready, 120)
        await watch.until_over("TsunaguDown", "stats")
    await watch.until_fires("TsunaguRestarts", "stats")


async def test_an_event_is_on_no_topic(net: Network, watch: Prometheus) -> None:
    await write(net, "cases", "case-hole", 5)
    await watch.until_fires("TsunaguHole", "stats")
    await watch.until_fires("TsunaguEventMissing", "stats", within=240)


async def test_our_code_fails_on_a_record(net: Network, watch: Prometheus) -> None:
    await write(net, "cases", "case-stuck", 1)
    await watch.until_fires("TsunaguStuckDocument", "matching")


async def test_a_sender_floods_a_topic_and_what_is_due_waits(net: Network, watch: Prometheus) -> None:
    """Matching stops itself; eight days on, cases wait and nobody looks at what is due; an operator lets it go on."""
    await write(net, "cases", "case-flood", 0, count=1000)  # more than it has applied within ten minutes
    await watch.until_fires("TsunaguStopped", "matching")
    net.clock.jump(net.clock.now() + timedelta(days=8))
    net.clock.run()
    await watch.until_fires("TsunaguCaseWaits", "asking")
    await watch.until_fires("TsunaguDueBacklog", "matching")
    await Allowance(store(net, "matching").rows("meta")).give()
    await watch.until_over("TsunaguStopped", "matching")


async def test_a_reader_fails_although_all_answers(net: Network, watch: Prometheus) -> None:
    await write(net, "notify.journal", "recipient-x", 1)
    await watch.until_fires("TsunaguBatchesFail", "notify")
