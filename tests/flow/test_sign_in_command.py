"""tsunagu sign-in, and what it opens, at the running network."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.errors import TsunaguError
from tests.delivery.support.network import Network, until
from tests.flow.test_round import visitor
from tests.flow.visitor import Visitor, inbox
from tsunagu.commands import roster, sign_in
from tsunagu.session import enter
from tsunagu.where import Where, kafka_of

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="session")]
__all__ = ["visitor"]


@pytest.fixture
def where(shared_network: Network) -> Where:
    a = shared_network.where
    return Where(
        kafka_of(a.kafka), a.mongo, a.services, a.keys / "network-public.json", a.inbox, a.smtp,
        shared_network.sign_in_secret,
    )  # fmt: skip


async def test_a_printed_link_signs_in(where: Where, capsys: Any) -> None:
    assert await sign_in.run(where, "coordinator", "mika", None, None) == 0
    link = capsys.readouterr().out.strip()
    assert link.startswith(where.urls["matching"])
    async with httpx.AsyncClient() as http:
        head = await enter(http, link)
        assert (await http.get(f"{where.urls['matching']}/cases", headers=head)).status_code == 200
        with pytest.raises(TsunaguError, match="has been used"):
            await enter(http, link)


async def test_a_mailed_link_signs_in_and_is_not_printed(where: Where, visitor: Visitor, capsys: Any) -> None:
    assert await sign_in.run(where, "auditor", "rei", "intake", "rei@example.org") == 0
    assert "token" not in capsys.readouterr().out

    async def came() -> Any:
        return [mail for mail in await inbox(visitor.net) if mail["headers"]["X-Tsunagu-Kind"] == "sign-in"]

    (mail,) = await until("the mail", came, 10)
    link = re.search(r"http://\S+", mail["text"])
    assert link and mail["to"] == ["rei@example.org"]
    assert (await enter(visitor.net.http, link[0]))["Cookie"].startswith("__Host-tsunagu-intake=")


@pytest.mark.parametrize(
    ("role", "handle", "service", "says"),
    [
        ("boss", "x", None, "--role is one of"),
        ("coordinator", "Mika Sato", None, "no real name"),
        ("coordinator", "mika", "stats", "--service is one of matching, intake"),
        ("operator", "op", "nowhere", "--service is one of matching, intake, notify, stats"),
        ("partner", "nobody-knows", None, "there is no partner nobody-knows"),
    ],
)
async def test_what_cannot_be_says_what_to_change(
    where: Where, visitor: Visitor, role: str, handle: str, service: str | None, says: str
) -> None:
    with pytest.raises(TsunaguError, match=says):
        await sign_in.run(where, role, handle, service, None)


async def test_a_mail_server_that_is_away_is_named(where: Where) -> None:
    with pytest.raises(TsunaguError, match="TSUNAGU_SMTP"):
        away = Where(where.kafka, where.mongo, where.urls, None, None, "127.0.0.1:1", where.sign_in_secret)
        await sign_in.run(away, "auditor", "rei", None, "rei@example.org")


async def test_the_command_line_imports_as_a_coordinator(where: Where, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("supporter_id,name\nS1,somebody\n")
    assert await roster.run(where, file) == 1
    assert "column missing" in capsys.readouterr().out
    unsigned = Where(where.kafka, where.mongo, where.urls, None)
    with pytest.raises(TsunaguError, match="TSUNAGU_SIGN_IN_SECRET"):
        await roster.run(unsigned, file)


async def test_a_file_that_is_not_taken_at_all_is_told_with_the_reason(where: Where, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(b"x" * 5_100_000)
    with pytest.raises(TsunaguError, match=r"not taken: a request has at most 5000000 bytes here \(413\)"):
        await roster.run(where, file)


async def test_a_wrong_secret_opens_nothing(where: Where, capsys: Any) -> None:
    guessed = Where(where.kafka, where.mongo, where.urls, None, sign_in_secret="g" * 43)
    await sign_in.run(guessed, "coordinator", "mika", None, None)
    async with httpx.AsyncClient() as http:
        with pytest.raises(TsunaguError, match="does not work"):
            await enter(http, capsys.readouterr().out.strip())


@pytest.mark.parametrize(
    ("sender", "to", "told"),
    [("", "nobody", "no mail address"), ("a@example.org\nBcc: b@example.org", "mika@example.org", "TSUNAGU_SENDER")],
)
async def test_a_link_is_not_mailed_to_or_from_what_is_no_address(
    where: Where, monkeypatch: pytest.MonkeyPatch, sender: str, to: str, told: str
) -> None:
    monkeypatch.setenv("TSUNAGU_SENDER", sender)
    with pytest.raises(TsunaguError, match=told):
        await sign_in.run(where, "coordinator", "mika", None, to)
