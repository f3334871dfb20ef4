"""docs/partners.md, followed to the letter, against Apache Kafka with users and ACLs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.errors import TsunaguError
from tests.apache.guide import commands, follow
from tests.delivery.support.network import Network, until
from tsunagu.commands import partner as partner_command
from tsunagu.verify import verify
from tsunagu.where import find

pytestmark = [pytest.mark.apache, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
GUIDE = Path(__file__).parents[2] / "docs" / "partners.md"


@dataclass
class Followed:
    """`said`: what each block of the guide printed. `access`: what the partner was given."""

    said: list[str]
    access: dict[str, str]

    def of(self, what: str) -> str:
        """What the block with these words printed."""
        return next(out for block, out in zip(commands(GUIDE), self.said, strict=True) if what in block)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def followed(secured: Network, workplace: Path) -> Followed:
    await until("ready", secured.ready, 60)
    said = await follow(commands(GUIDE), workplace, 240, TSUNAGU_HOME=str(secured.home))
    given = (workplace / "acme.env").read_text(encoding="utf-8").splitlines()
    return Followed(said, dict(line.split("=", 1) for line in given))


async def test_a_partner_is_told_its_topics_and_its_secrets_are_in_its_own_file(
    followed: Followed, workplace: Path
) -> None:
    said = followed.of("partner add")
    assert "partner.acme.referrals" in said and "Kafka user partner-acme" in said
    assert followed.access["KAFKA_PASSWORD"] not in said and followed.access["TSUNAGU_KEY"] not in said
    assert (workplace / "acme.env").stat().st_mode & 0o077 == 0


async def test_over_http_a_referral_is_checked_published_changed_and_taken_back(followed: Followed) -> None:
    assert '"valid":true' in followed.of("dry_run=true") and '"state":"accepted"' in followed.of("dry_run=true")
    assert "tsunagu.referral.accepted.v1" in followed.of('"$TSUNAGU_URL/referrals/first-1" -H')
    assert followed.of("-X DELETE").count('"reference":"first-1"') == 2


@pytest.mark.parametrize(("client", "reference"), [("publish.py", "python-1"), ("client.Publish", "java-1")])
async def test_a_client_publishes_and_reads_on(followed: Followed, client: str, reference: str) -> None:
    said = followed.of(client)
    assert f"{reference} is at partner.acme.referrals, offset" in said
    assert f"{reference}  1  accepted  accepted\n{reference}  2  offered  accepted" in said


async def test_a_shell_does_too(followed: Followed) -> None:
    said = followed.of("examples/withdrawn.json kcat-1")
    assert "kcat-1  cancelled  solved_otherwise" in said.splitlines()


async def test_what_is_wrong_is_told(followed: Followed) -> None:
    said = followed.of("wrong.json")
    assert "unknown_category" in said and "did you mean hospital?" in said


async def test_a_file_of_secrets_is_not_written_over(
    secured: Network, followed: Followed, workplace: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("TSUNAGU_HOME", str(secured.home))
    with pytest.raises(TsunaguError, match="is there already"):
        await partner_command.add(find(), "acme", workplace / "acme.env")


async def test_nothing_was_lost_and_nothing_happened_twice(
    secured: Network, followed: Followed, monkeypatch: Any
) -> None:
    monkeypatch.setenv("TSUNAGU_HOME", str(secured.home))
    where = find()

    async def proved() -> bool:
        return (await verify(where.kafka, where.mongo)).ok

    await until("the network's promises hold", proved, 60, pause=2)
