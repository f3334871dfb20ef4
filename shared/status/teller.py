"""Telling how a process stands, from its first breath to its last: by what it knows anyway, so that it costs nothing.

What cannot be said is not: while the broker is away the process is silent, and the next word is as good as the one before.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from shared import logs
from shared.backlog import Backlog
from shared.ids import RandomIds
from shared.kernel.record import Message, encode, envelope
from shared.letters.book import Book
from shared.parts import Parts
from shared.status.records import EVERY, Status, Stream, topic

LETTERS_EACH, LETTERS_AT_LEAST_EACH = 10.0, 30.0
"""Seconds between two counts of the dead letters. In between, a twentieth of the time may be spent waiting for it; where all
is slow it may be more: an operator who looks for what has gone wrong waits half a minute at most.
"""
LAST_WORD_WITHIN = 2.0
"""Seconds that the word of an orderly end may take."""


def rest(took: float) -> float:
    """Seconds until the dead letters are counted again, after a count that took so long."""
    return min(LETTERS_AT_LEAST_EACH, max(LETTERS_EACH, 20 * took))


class Watched(Protocol):
    """What a watch (shared.watch) has seen."""

    streams: list[Stream]
    backlog: Backlog
    unpublished: float


class Told(Protocol):
    """The service that tells of itself. `watch`: None while it has not begun."""

    @property
    def parts(self) -> Parts: ...
    @property
    def watch(self) -> Watched | None: ...
    @property
    def waiting_for(self) -> list[str]: ...


@dataclass
class Teller:
    service: Told
    book: Book
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    replica: str = field(default_factory=lambda: RandomIds().new())
    letters: dict[str, int] | None = None
    _news: tuple[object, ...] = ()
    _told_at: float = float("-inf")

    async def run(self) -> None:
        """Until cancelled."""
        counting = asyncio.create_task(self._keep_counting())
        try:
            while True:
                await self._tell_if_due()
                await asyncio.sleep(1)
        finally:
            counting.cancel()

    async def end(self) -> bool:
        """The last word: it ends on purpose. Whether the broker has it."""
        try:
            await asyncio.wait_for(self.publish(self.status(stopped=True)), LAST_WORD_WITHIN)
        except Exception as error:  # then it will count as silent
            logs.logger().warning("end not told", error=logs.where(error))
            return False
        return True

    def status(self, *, stopped: bool = False) -> Status:
        waiting_for, watch = tuple(self.service.waiting_for), self.service.watch
        status = Status(at=datetime.now(UTC), began=self.began, waiting_for=waiting_for, stopped=stopped)
        if watch is None:
            return status
        late = watch.backlog
        return status.model_copy(
            update={
                "streams": tuple(watch.streams), "letters": self.letters, "stuck": late.stuck, "aside": late.aside,
                "due": late.due, "overdue": int(late.overdue), "unpublished": int(watch.unpublished),
            }
        )  # fmt: skip

    async def _tell_if_due(self) -> None:
        status = self.status()
        news = (status.waiting_for, status.letters, status.stuck)
        if news == self._news and time.monotonic() - self._told_at < EVERY:
            return
        try:
            await self.publish(status)
        except Exception as error:  # the broker is away: readiness says so
            logs.logger().debug("status not told", error=logs.where(error))
        else:
            self._news, self._told_at = news, time.monotonic()

    async def publish(self, status: Status) -> None:
        name = self.service.parts.name
        head = envelope(
            id=f"{self.replica}:{status.at.isoformat()}", source=f"/tsunagu/{name}", type="tsunagu.status.told.v1",
            time=status.at.isoformat(timespec="seconds"),
        )  # fmt: skip
        await self.service.parts.bus.publish([Message(topic(name), self.replica, encode(status), head)])

    async def count(self) -> None:
        """Of the dead letters that nobody has dealt with, by reason. Their topic is read on from where it was left."""
        found = [letter for letter in await self.book.letters() if letter.state == "open"]
        self.letters = dict(sorted(Counter(letter.head.reason for letter in found).items()))

    async def _keep_counting(self) -> None:
        while True:
            began = time.monotonic()
            if self.service.watch:
                try:
                    await self.count()
                except Exception as error:  # as it was: the next look will say so
                    logs.logger().warning("dead letters not counted", error=logs.where(error))
                await asyncio.sleep(rest(time.monotonic() - began))
            else:
                await asyncio.sleep(1)
