"""The mail server on its own: nothing it accepted is lost, nothing in a mail is executed."""

import asyncio
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from deploy.local import parts
from deploy.local.home import Home
from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import Supervisor
from tests.local.support import Screen, get, mails, message, send


@asynccontextmanager
async def mail_server(home: Path) -> AsyncIterator[tuple[str, str]]:
    """Address of the SMTP server, base URL of the inbox."""
    Home(home).make()
    ports = choose_ports(LocalSettings(free_ports=True)).ports
    part = parts.mail(ports["smtp"], ports["inbox"], Home(home), ready_within=20)
    server = Supervisor(part, Screen(), changed=lambda: None)
    try:
        await server.start()
        yield f"127.0.0.1:{ports['smtp']}", f"http://127.0.0.1:{ports['inbox']}"
    finally:
        await server.stop()


@pytest.mark.asyncio
async def test_the_inbox_survives_a_restart_and_counts_repeats(tmp_path: Path) -> None:
    async with mail_server(tmp_path) as (smtp, _):
        for _ in range(3):
            await send(smtp, message("First", Message_ID="<1@example.org>", X_Offer="o-1"))
        await send(smtp, message("First", to="b@example.org", Message_ID="<1@example.org>"))
    async with mail_server(tmp_path) as (smtp, inbox):
        await send(smtp, message("Later"))
        answer = await mails(inbox)
        page = await get(f"{inbox}/?to=B@example")
    shown = [(mail["n"], mail["to"], mail["subject"], mail["repeats"]) for mail in answer["mails"]]
    assert shown == [
        (1, ["a@example.org"], "First", 2),
        (4, ["b@example.org"], "First", 0),
        (5, ["a@example.org"], "Later", 0),
    ]
    assert answer["last"] == 5
    assert answer["mails"][0]["headers"] == {"X-Offer": "o-1"}
    assert "№ 4" in page
    assert "№ 1" not in page


@pytest.mark.asyncio
async def test_a_reader_waits_for_the_next_mail(tmp_path: Path) -> None:
    async with mail_server(tmp_path) as (smtp, inbox):
        assert await mails(inbox, wait=0.1) == {"mails": [], "last": 0}
        waiting = asyncio.create_task(mails(inbox, after=0, wait=10))
        await asyncio.sleep(0.2)
        await send(smtp, message("Now"))
        answer = await asyncio.wait_for(waiting, 3)
        assert [mail["subject"] for mail in answer["mails"]] == ["Now"]
        assert (await mails(inbox, after=1))["last"] == 1


@pytest.mark.asyncio
async def test_odd_mails_are_shown_safely_and_too_large_ones_refused(tmp_path: Path) -> None:
    large = message()
    large.set_content(("y" * 70 + "\n") * 20_000)
    async with mail_server(tmp_path) as (smtp, inbox):
        with pytest.raises(aiosmtplib.SMTPResponseException, match="size"):
            await send(smtp, large)
        await _send_raw(smtp, b"Subject: =?nonsense?B?x?=\r\nDate: yesterday\r\n\r\n\xff\xfe")
        await _send_raw(smtp, "Subject: つなぐ\r\nContent-Type: text/plain; charset=x\r\n\r\n依頼".encode())
        await send(smtp, _hostile())
        answer = await mails(inbox)
        page = await get(f"{inbox}/mail/3")
        html = await asyncio.to_thread(_open, f"{inbox}/mail/3/html")
        assert "つなぐ" in await get(inbox)
    assert [mail["text"].strip() for mail in answer["mails"]][:2] == ["\ufffd\ufffd", "依頼"]
    assert "<script" not in page
    assert '<iframe src="/mail/3/html" sandbox="allow-popups' in page
    assert '<a href="https://example.org/offers/1"' in page
    assert "default-src 'none'" in html
    assert "sandbox allow-popups" in html


@pytest.mark.asyncio
async def test_takes_hundreds_of_mails_without_losing_one(tmp_path: Path) -> None:
    async with mail_server(tmp_path) as (smtp, inbox):
        await asyncio.gather(*(_send_many(smtp, sender) for sender in range(4)))
        seen: list[int] = []
        while more := (await mails(inbox, after=seen[-1] if seen else 0, limit=150))["mails"]:
            seen += [mail["n"] for mail in more]
    assert seen == list(range(1, 401))


async def _send_many(smtp: str, sender: int) -> None:
    host, _, port = smtp.partition(":")
    async with aiosmtplib.SMTP(hostname=host, port=int(port)) as client:
        for number in range(100):
            await client.send_message(message(Message_ID=f"<{sender}.{number}@example.org>"))


async def _send_raw(smtp: str, raw: bytes) -> None:
    host, _, port = smtp.partition(":")
    async with aiosmtplib.SMTP(hostname=host, port=int(port)) as client:
        await client.sendmail("net@example.org", ["a@example.org"], raw)


def _hostile() -> EmailMessage:
    mail = message("<script>alert(1)</script>")
    mail.add_alternative("<script>alert(2)</script>", subtype="html")
    return mail


def _open(url: str) -> str:
    """The headers of a page."""
    with urllib.request.urlopen(url, timeout=10) as response:
        return str(response.headers)
