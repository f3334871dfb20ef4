"""What the tests of the embedded stack share: a state folder of their own, free ports, fake services."""

import asyncio
import io
import json
import os
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
from rich.console import Console

from deploy.local.addresses import Addresses
from deploy.local.info import StackInfo, read_stack
from deploy.local.progress import Progress
from deploy.local.stack import Stack

FAKE_SERVICE = (sys.executable, str(Path(__file__).with_name("fake_service.py")))


class Screen(Progress):
    """Progress that can be read back."""

    def __init__(self) -> None:
        self._out = io.StringIO()
        super().__init__(Console(file=self._out, width=80))

    @property
    def text(self) -> str:
        return self._out.getvalue()


async def prepare_nothing(where: Addresses) -> None:
    """A `prepare` for stacks whose broker and database are not used."""


@asynccontextmanager
async def running(stack: Stack, screen: Screen) -> AsyncIterator[Addresses]:
    """Inside the block the stack is up and supervised."""
    where = await stack.start(screen)
    supervision = asyncio.create_task(stack.run())
    try:
        yield where
    finally:
        supervision.cancel()
        await asyncio.gather(supervision, return_exceptions=True)
        await stack.stop()


async def until(condition: Callable[[], bool], within: float = 10.0) -> None:
    """Return when `condition` holds; fail when it does not `within` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        await asyncio.sleep(0.05)


def info(home: Path) -> StackInfo:
    """The stack that runs in `home`."""
    found = read_stack(home)
    assert found is not None
    return found


def pid_of(home: Path, part: str) -> int:
    """The process id of a running part."""
    pid = info(home).parts[part].pid
    assert pid is not None
    return pid


def is_alive(pid: int) -> bool:
    """Whether there is such a process; one that has ended and waits to be collected is none."""
    try:
        os.kill(pid, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


async def get(url: str) -> str:
    """The body of a page."""
    return await asyncio.to_thread(_get, url)


async def mails(inbox: str, **query: float) -> dict[str, Any]:
    """The answer of the inbox API."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer: dict[str, Any] = json.loads(await get(f"{inbox}/api/mails?{asked}"))
    return answer


async def send(smtp: str, message: EmailMessage) -> None:
    """Send a mail to the server at `host:port`."""
    host, _, port = smtp.partition(":")
    await aiosmtplib.send(message, hostname=host, port=int(port))


def message(subject: str = "Hello", to: str = "a@example.org", **headers: str) -> EmailMessage:
    """A small mail; `X_Offer="1"` becomes a header X-Offer."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "net@example.org", to, subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("See https://example.org/offers/1.\n")
    return mail


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as response:
        body: bytes = response.read()
        return body.decode()
