"""What is in the inbox, in memory: who got which mail, and which of them are repeats."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice

from deploy.local.mail.letter import read_headers
from deploy.local.mail.store import Stored


@dataclass
class Entry:
    """One mail as the inbox shows it. `repeats`: how often it came again after the first time."""

    n: int
    to: tuple[str, ...]
    sender: str
    subject: str
    message_id: str
    date: datetime
    repeats: int = 0


class Index:
    """Entries in the order of their arrival. A mail that a recipient already has is counted, not listed.

    `last` is the number of the newest mail, listed or not; 0 when there is none.
    """

    def __init__(self, stored: Iterable[Stored] = ()) -> None:
        self.last = 0
        self._entries: dict[int, Entry] = {}
        self._seen: dict[tuple[str, str], Entry] = {}
        self._arrival = asyncio.Event()
        for mail in stored:
            self.add(mail)

    def add(self, mail: Stored) -> None:
        """Take up a mail that was kept, and wake whoever waits for one."""
        entry = _entry(mail)
        self.last = max(self.last, mail.n)
        new = self._new_recipients(entry)
        if new:
            entry.to = new
            self._entries[entry.n] = entry
        self._arrival.set()
        self._arrival = asyncio.Event()

    def get(self, n: int) -> Entry | None:
        """The listed mail with that number."""
        return self._entries.get(n)

    def after(self, n: int, limit: int) -> list[Entry]:
        """At most `limit` mails that came after number `n`, oldest first."""
        numbers = (number for number in range(n + 1, self.last + 1) if number in self._entries)
        return [self._entries[number] for number in islice(numbers, limit)]

    def newest(self, to: str = "", before: int | None = None) -> Iterator[Entry]:
        """Newest first: those to recipients whose address contains `to`, with numbers below `before`."""
        start = self.last if before is None else min(before - 1, self.last)
        wanted = to.strip().lower()
        for n in range(start, 0, -1):
            entry = self._entries.get(n)
            if entry and any(wanted in recipient.lower() for recipient in entry.to):
                yield entry

    async def wait_after(self, n: int, seconds: float) -> None:
        """Return when there is a mail after number `n`, or after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while not self.after(n, 1):
                    await self._arrival.wait()
        except TimeoutError:
            return

    def _new_recipients(self, entry: Entry) -> tuple[str, ...]:
        """Those who do not have this mail yet; the mail counts as a repeat for the others."""
        if not entry.message_id:
            return entry.to
        keys = {recipient: (entry.message_id, recipient.lower()) for recipient in entry.to}
        # By number, since one entry may stand for several of the recipients.
        earlier = {self._seen[key].n: self._seen[key] for key in keys.values() if key in self._seen}
        for one in earlier.values():
            one.repeats += 1
        new = tuple(recipient for recipient, key in keys.items() if key not in self._seen)
        self._seen.update({keys[recipient]: entry for recipient in new})
        return new


def _entry(mail: Stored) -> Entry:
    letter = read_headers(mail.raw)
    return Entry(
        n=mail.n,
        to=mail.to,
        sender=letter.header("From") or mail.sender,
        subject=letter.header("Subject"),
        message_id=letter.header("Message-ID"),
        date=_date(letter.header("Date"), mail.arrived),
    )


def _date(header: str, arrived: float) -> datetime:
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return datetime.fromtimestamp(arrived, UTC)
    # "-0000" means the sender's zone is unknown, the time is UTC.
    return date if date.tzinfo else date.replace(tzinfo=UTC)
