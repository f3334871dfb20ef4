"""Mail. Reads from notify's own journal what is to be sent, sends it, and puts what became of it in a command.

The journal's offset is the lease: it is committed only after the command is acknowledged. A message that is sent
twice (a crash in between) has the same Message-ID, by which mail servers and readers know it for the same.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib

from services.notify import queries
from services.notify.domain.commands import NotSent, Sent
from services.notify.domain.offers import Letter, Recipient, SendingStarted
from services.notify.links import Link, Links
from services.notify.mail import compose, to_message
from shared.errors import TsunaguError
from shared.events.roster import SupporterSnapshot
from shared.ids import derive
from shared.kernel.commands import Commands
from shared.kernel.ports import Counter
from shared.kernel.record import Message, Record
from shared.seal import KeySet, open_json
from shared.store import MongoStore

AT_ONCE = 8
SMTP_TIMEOUT = 15


@dataclass
class MailOutlet:
    """`roster`: for contacts, which only `keys` open. `smtp`: host, port."""

    commands: Commands
    store: MongoStore
    roster: Mapping[str, SupporterSnapshot]
    keys: KeySet
    links: Links
    smtp: tuple[str, int]
    sender: str
    count: Counter

    async def handle(self, records: Sequence[Record]) -> None:
        """A handler for batches of the journal."""
        started = [(record, event) for record in records for event in _started(record)]
        if not started:
            return
        keys = {(record.key or b"").decode() for record, _ in started}
        documents = await self.store.load(keys)
        people = {key: Recipient.model_validate(documents[key].state) for key in documents}
        gate = asyncio.Semaphore(AT_ONCE)
        outcomes = await asyncio.gather(*(
            self._send(gate, (record.key or b"").decode(), people.get((record.key or b"").decode()), event)
            for record, event in started
        ))  # fmt: skip
        await self.commands.send([message for message in outcomes if message])

    async def _send(
        self, gate: asyncio.Semaphore, supporter: str, person: Recipient | None, event: SendingStarted
    ) -> Message | None:
        letter = person.messages.get(event.message) if person else None
        if not person or not letter or letter.attempt != event.attempt or letter.at is not None:
            return None  # a repeat: what became of it is known
        async with gate:
            came = await self._try(supporter, person, event.message, letter)
        result = "sent" if isinstance(came, Sent) else "failed" if came.final else "retried"
        self.count.add("mails", kind=letter.kind, result=result)
        return self.commands.message(
            supporter, came, derive("mail", supporter, event.message, str(event.attempt)), adapter="mail"
        )

    async def _try(self, supporter: str, person: Recipient, id_: str, letter: Letter) -> Sent | NotSent:
        def failed(reason: str, *, final: bool) -> NotSent:
            return NotSent(message=id_, attempt=letter.attempt, reason=reason, final=final)

        contact = self._contact(supporter)
        if contact is None:
            return failed("no_address", final=True)
        try:
            message = self._message(supporter, person, id_, letter, contact)
            await aiosmtplib.send(message, hostname=self.smtp[0], port=self.smtp[1], timeout=SMTP_TIMEOUT)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            return failed("refused", final=_is_final(error))
        except (aiosmtplib.SMTPException, OSError):
            return failed("unreachable", final=False)
        return Sent(message=id_, attempt=letter.attempt)

    def _contact(self, supporter: str) -> tuple[str, str] | None:
        """Mail address and language to write in."""
        known = self.roster.get(supporter)
        try:
            address = open_json(known.contact, self.keys).get("email") if known else None
        except (TsunaguError, ValueError):
            return None
        return (address, known.speaks_to) if known and address else None

    def _message(
        self, supporter: str, person: Recipient, id_: str, letter: Letter, contact: tuple[str, str]
    ) -> EmailMessage:
        address, language = contact
        offer = person.offers[letter.case]
        link = Link(supporter, letter.case, letter.number)
        url = self.links.url(link, language)
        view = queries.view(link, offer, "", self.commands.clock.now())
        mail = compose(letter.kind, language, offer=view, link=url, org_name=offer.org, reason=offer.reason)
        return to_message(mail, sender=self.sender, recipient=address, message_id=f"{id_}.{supporter}@tsunagu",
                          language=language)  # fmt: skip


def _started(record: Record) -> list[SendingStarted]:
    entry = json.loads(record.value or b"{}")
    return [
        SendingStarted.model_validate(event["data"])
        for event in entry.get("events", ())
        if event["type"] == SendingStarted.type
    ]


def _is_final(error: Exception) -> bool:
    """A 5xx is for ever; a 4xx may pass."""
    codes = [r.code for r in error.recipients] if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else []
    codes += [error.code] if isinstance(error, aiosmtplib.SMTPResponseException) else []
    return all(code >= 500 for code in codes)
