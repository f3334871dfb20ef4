"""The mail server outside, and the words of mails left out: nobody reads them here."""

from collections.abc import Callable
from email.message import Message
from typing import Any

import aiosmtplib

from services.notify.mail import Mail
from tests.delivery.sim.wire import Wire

Taken = Callable[[Message], None]


class Network:
    """Wires by host name: through which the outlet of a process reaches the mail server."""

    def __init__(self, taken: Taken) -> None:
        self.taken, self.wires = taken, dict[str, Wire]()

    def connection(self, hostname: str, port: int, timeout: float) -> "Connection":
        """In place of aiosmtplib.SMTP."""
        return Connection(self.wires[hostname], self.taken)


class Connection:
    def __init__(self, wire: Wire, taken: Taken) -> None:
        self._wire, self._taken = wire, taken
        self.is_connected = False

    async def connect(self) -> None:
        self.is_connected = True

    async def send_message(self, message: Message) -> None:
        """Now and then it is busy; a lost answer is told as the library tells it."""

        async def accepted() -> None:
            if self._wire.storm.fail and self._wire.chance.random() < 0.05:
                raise aiosmtplib.SMTPResponseException(451, "busy")
            self._taken(message)

        try:
            await self._wire.call("mail", accepted, message["Message-ID"])
        except ConnectionError as error:
            raise aiosmtplib.SMTPServerDisconnected("simulated") from error

    def close(self) -> None:
        self.is_connected = False


def compose(kind: Any, language: str, *, offer: Any, link: str, **_: Any) -> Mail:
    """In place of services.notify.mail.compose."""
    return Mail(kind, offer["case"] if isinstance(offer, dict) else offer.case, link, kind, "", "")
