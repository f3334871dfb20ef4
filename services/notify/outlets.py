"""Mail. Reads from notify's own journal what is to be sent, sends it, and puts what became of it in a command.

The journal's offset is the lease: it is committed only after the command is acknowledged. A message that is sent
twice (a crash in between) has the same Message-ID, by which mail servers and readers know it for the same.
"""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.message import Message as Email
from typing import NamedTuple

import aiosmtplib

from services.notify import queries
from services.notify.domain.commands import NotSent, Sent
from services.notify.domain.offers import Letter, Recipient, SendingStarted
from services.notify.links import Link, Links
from services.notify.mail import compose, to_message
from shared import logs
from shared.access import MAIL_OUTLET
from shared.events.roster import SupporterSnapshot
from shared.ids import derive
from shared.kernel.commands import Commands
from shared.kernel.ports import Counter
from shared.kernel.record import Message, Record
from shared.metrics import MAIL_SECONDS
from shared.privacy.opener import Opener
from shared.store import MongoStore

LANES = 4
"""Connections to the mail server at a time."""
SMTP_TIMEOUT = 15
AWAY = "away"
"""Why an attempt failed: the mail server does not answer at all."""
PROVIDER = "smtp"
"""As metrics call the way these messages go."""


@dataclass
class MailOutlet:
    """`roster`: for contacts, which only `contacts` opens. `smtp`: host, port."""

    commands: Commands
    store: MongoStore
    roster: Mapping[str, SupporterSnapshot]
    contacts: Opener
    links: Links
    smtp: tuple[str, int]
    sender: str
    count: Counter

    async def handle(self, records: Sequence[Record]) -> None:
        """A handler for batches of the journal."""
        started = [one for record in records for one in _started(record)]
        documents = await self.store.load({one.supporter for one in started}) if started else {}
        people = {key: Recipient.model_validate(document.state) for key, document in documents.items()}
        todo = [one for one in started if _is_new(people.get(one.supporter), one.event)]
        addresses = await self._addresses({one.supporter for one in todo})
        mails = [self._mail(one, people[one.supporter], addresses.get(one.supporter)) for one in todo]
        lanes = [mails[lane::LANES] for lane in range(LANES)]
        outcomes = await asyncio.gather(*(self._send(lane) for lane in lanes if lane))
        await self.commands.send([command for outcome in outcomes for command in outcome])

    def _mail(self, one: "Started", person: Recipient, address: str | None) -> "Mail":
        letter = person.messages[one.event.message]
        message = self._message(one.supporter, person, one.event.message, letter, address) if address else None
        return Mail(one.supporter, one.event, letter.kind, message, one.at)

    async def _addresses(self, supporters: Collection[str]) -> dict[str, str]:
        """Supporter → mail address. Who was erased, or whose key has not come yet, is absent."""
        sealed = {one: known.contact for one in supporters if (known := self.roster.get(one))}
        opened = await self.contacts.open_all(sealed, str(MAIL_OUTLET), "mail")
        return {supporter: contact["email"] for supporter, contact in opened.items() if contact.get("email")}

    async def _send(self, mails: Sequence["Mail"]) -> list[Message]:
        """One after the other over one connection; returns the commands that say what became of each.

        Once the server is away, the rest waits for its next attempt, too: a batch in which each waits in vain takes
        minutes, and who makes no progress for so long is restarted, and begins again.
        """
        server = aiosmtplib.SMTP(hostname=self.smtp[0], port=self.smtp[1], timeout=SMTP_TIMEOUT)
        came: list[Sent | NotSent] = []
        try:
            for mail in mails:
                came.append(mail.failed(AWAY, final=False) if _is_away(came) else await self._try(server, mail))
        finally:
            server.close()
        return [self._told(mail, word) for mail, word in zip(mails, came, strict=True)]

    async def _try(self, server: aiosmtplib.SMTP, mail: "Mail") -> Sent | NotSent:
        if mail.message is None:
            return mail.failed("no_address", final=False)
        try:
            if not server.is_connected:
                await server.connect()
            await server.send_message(mail.message)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            _log(error)
            return mail.failed("refused", final=_is_final(error))
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError):
            server.close()
            return mail.failed(AWAY, final=False)
        except (aiosmtplib.SMTPException, OSError) as error:
            _log(error)
            server.close()
            return mail.failed("unreachable", final=False)
        except (MessageError, ValueError):  # no address that mail can be sent to: everybody else's must not wait for it
            server.close()  # it may be in the middle of this mail
            return mail.failed("refused", final=True)
        return Sent(message=mail.event.message, attempt=mail.event.attempt)

    def _told(self, mail: "Mail", came: Sent | NotSent) -> Message:
        result = "sent" if isinstance(came, Sent) else "failed" if came.final else "retried"
        self.count.add("mails", kind=mail.kind, result=result, provider=PROVIDER)
        if mail.event.attempt == 1 and result == "sent":
            MAIL_SECONDS.labels(PROVIDER).observe((self.commands.clock.now() - mail.at).total_seconds())
        id_ = derive("mail", mail.supporter, came.message, str(came.attempt))
        return self.commands.message(mail.supporter, came, id_, MAIL_OUTLET, adapter="mail")

    def _message(self, supporter: str, person: Recipient, id_: str, letter: Letter, address: str) -> Email:
        language = self.roster[supporter].speaks_to
        offer = person.offers[letter.case]
        link = Link(supporter, letter.case, letter.number)
        url = self.links.url(link, language)
        view = queries.view(link, offer, "", self.commands.clock.now())
        mail = compose(letter.kind, language, offer=view, link=url, org_name=offer.org, reason=offer.reason,
                       changed=letter.changed)  # fmt: skip
        return to_message(mail, sender=self.sender, recipient=address, message_id=f"{id_}.{supporter}@tsunagu",
                          language=language)  # fmt: skip


@dataclass(frozen=True)
class Mail:
    """One attempt, decided `at`. `message` None: nobody knows an address."""

    supporter: str
    event: SendingStarted
    kind: str
    message: Email | None
    at: datetime

    def failed(self, reason: str, *, final: bool) -> NotSent:
        return NotSent(message=self.event.message, attempt=self.event.attempt, reason=reason, final=final)


def _is_new(person: Recipient | None, event: SendingStarted) -> bool:
    """Not a repeat, of which it is known what became of it."""
    letter = person.messages.get(event.message) if person else None
    return letter is not None and letter.attempt == event.attempt and letter.at is None


class Started(NamedTuple):
    supporter: str
    event: SendingStarted
    at: datetime


def _started(record: Record) -> list[Started]:
    entry, supporter = json.loads(record.value or b"{}"), (record.key or b"").decode()
    return [
        Started(supporter, SendingStarted.model_validate(event["data"]), datetime.fromisoformat(entry["at"]))
        for event in entry.get("events", ())
        if event["type"] == SendingStarted.type
    ]


def _is_away(came: Sequence[Sent | NotSent]) -> bool:
    return bool(came) and isinstance(last := came[-1], NotSent) and last.reason == AWAY


def _is_final(error: Exception) -> bool:
    """A 5xx is for ever; a 4xx may pass, and so may what the server has against us: it wants a login, or another sender."""
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        return False
    codes = [r.code for r in error.recipients] if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else []
    codes += [error.code] if isinstance(error, aiosmtplib.SMTPResponseException) else []
    return all(code >= 500 for code in codes)


def _log(error: Exception) -> None:
    """Its code and kind. What the server says may hold the address."""
    logs.logger().warning("mail not taken", error=logs.where(error), code=getattr(error, "code", None))
