"""`tsunagu partner add --key-only`: where topics and users are made by others, as on Kubernetes."""

from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from tests.delivery.support.network import Network, until
from tsunagu.commands import partner as partner_command
from tsunagu.where import find

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
REFERRAL = (Path(__file__).parents[2] / "examples/referral.json").read_text(encoding="utf-8")


async def test_a_key_is_all_that_is_made(
    shared_network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await until("ready", shared_network.ready, 60)
    monkeypatch.setenv("TSUNAGU_HOME", str(shared_network.home))
    assert await partner_command.add(find(), "made-by-others", tmp_path / "key.env", key_only=True) == 0
    assert "Kafka user partner-made-by-others, made elsewhere" in capsys.readouterr().out
    given = dict(line.split("=", 1) for line in (tmp_path / "key.env").read_text(encoding="utf-8").splitlines())
    assert (given["KAFKA_USER"], given["KAFKA_PASSWORD"]) == ("partner-made-by-others", "")
    intake, key = shared_network.where.services["intake"], {"Authorization": f"Bearer {given['TSUNAGU_KEY']}"}
    answer = await shared_network.http.post(f"{intake}/referrals?dry_run=true", content=REFERRAL, headers=key)
    assert answer.status_code == 200, answer.text
    assert not await topics_of(shared_network, "made-by-others")


async def topics_of(net: Network, org: str) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=net.where.kafka)
    await admin.start()
    try:
        return [name for name in await admin.list_topics() if name.startswith(f"partner.{org}.")]
    finally:
        await admin.close()
