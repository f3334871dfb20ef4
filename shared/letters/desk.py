"""An operator's words about dead letters: replay, discard, release, allow. Each is noted in the service's audit log before
it is done, with who, when and which; the command line and the page both come here.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from shared.access import Actor
from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.kernel.commands import Commands
from shared.letters.allowance import Allowance
from shared.letters.book import Book
from shared.letters.content import Content, LetterOpener
from shared.letters.head import REFUSED, Letter, Why
from shared.letters.index import Index
from shared.letters.originals import Originals
from shared.letters.releasing import Released, Releasing
from shared.privacy.audit import Audit, Opening
from shared.recovery.lease import LETTERS, lease
from shared.shelf import GONE, Shelf, shelf
from shared.store import MongoStore


class Done(NamedTuple):
    """`flaw`: why it was not done, in a sentence; empty when it was. `offset`: where a replayed record lies now."""

    letter: Letter
    flaw: str = ""
    offset: int = -1


class NoSuchLetter(TsunaguError):
    """No letter has that id."""


@dataclass(frozen=True)
class LetterDesk:
    """Of one service. `cluster`: asked each time, since it is known only once a broker was reached. `opener`: None where
    letters may not be opened.
    """

    kafka: Kafka
    bus: KafkaBus
    store: MongoStore
    commands: Commands
    cluster: Callable[[], str]
    opener: LetterOpener | None = None

    @property
    def service(self) -> str:
        return self.commands.service

    @cached_property
    def book(self) -> Book:
        return Book(Index(self.service, self.kafka), self.store, self._shelf("handled"), self.cluster)

    @cached_property
    def audit(self) -> Audit:
        return Audit(self._shelf("audit"))

    @cached_property
    def releasing(self) -> Releasing:
        return Releasing(self.store, self.commands)

    def _shelf(self, name: str) -> Shelf:
        return shelf(self.service, name, self.store, self.bus, self.commands.clock)

    def _alone(self, what: str) -> AbstractAsyncContextManager[None]:
        """One operator at a time, here or elsewhere: between looking at a letter and marking it lies what is done."""
        return lease(self.store.collection("meta"), f"{what} of dead letters", LETTERS)

    async def _now(self, letters: Iterable[Letter]) -> list[Letter]:
        """In their order, with what has become of them since they were listed."""
        known = {letter.id: letter for letter in await self.book.letters()}
        return sorted((known.get(letter.id, letter) for letter in letters), key=lambda one: one.head.order)

    async def find(self, id: str) -> Letter:
        """Raises NoSuchLetter."""
        found = next((letter for letter in await self.book.letters() if letter.id == id), None)
        if found is None:
            raise NoSuchLetter(f"{self.service} has no dead letter {id} (any more): they are kept for 30 days")
        return found

    async def replay(self, letters: Iterable[Letter], by: Actor) -> AsyncIterator[Done]:
        """Each in its turn, in the order in which they lay: the record as it was, where it was.

        A crash in between may publish one twice: it is known by its id, and does nothing. Raises UnderWay.
        """
        async with self._alone("a replay"), Originals(self.kafka, self.opener) as originals:
            for letter in await self._now(letters):
                yield await self._replayed(letter, by, originals)

    async def _replayed(self, letter: Letter, by: Actor, originals: Originals) -> Done:
        if flaw := flaw_of_replay(letter) or await self._erased(letter):
            return Done(letter, flaw)
        try:
            record = await originals.find(letter.head)
            await self.audit.note([Opening(str(by), letter.id, "replayed")])
            offset = await self.bus.again(record)
        except TsunaguError as error:
            return Done(letter, str(error))
        await self.book.mark([letter], "replayed", str(by))
        return Done(letter, offset=offset)

    async def _erased(self, letter: Letter) -> str:
        """What is left of somebody who was erased must not lie on a topic for another week."""
        person = letter.head.document
        rows = await self.store.rows("keys").find([person]) if person else {}
        erased = GONE in rows.values()
        return f"{person} was erased: nothing about them is published again; discard it" if erased else ""

    async def discard(self, letters: Iterable[Letter], why: Why, by: Actor) -> AsyncIterator[Done]:
        """Raises UnderWay."""
        async with self._alone("a discarding"):
            for letter in await self._now(letters):
                yield await self._discarded(letter, why, by)

    async def _discarded(self, letter: Letter, why: Why, by: Actor) -> Done:
        if flaw := flaw_of_discard(letter):
            return Done(letter, flaw)
        await self.audit.note([Opening(str(by), letter.id, "discarded")])
        late = await self.book.mark([letter], "discarded", str(by), why)
        return Done(letter, f"somebody else was quicker with {letter.id}: look again" if late else "")

    async def release(self, documents: Collection[str], by: Actor, within: float) -> list[Released]:
        """Waits up to so many seconds for what comes of it."""
        stuck = await self.releasing.stuck(documents)
        await self.audit.note([Opening(str(by), document, "released") for document in stuck])
        waiting = [letter for letter in await self.book.letters() if letter.stuck and letter.state == "open"]
        released = await self.releasing.release(stuck, by, within)
        aside = await self.book.aside()
        free = [letter for letter in waiting if letter.head.document in documents and letter.id not in aside]
        await self.book.mark(free, "released", str(by))
        return released

    async def allow(self, minutes: int, by: Actor) -> None:
        """Where the limit has stopped the service: it goes on within seconds, and for so long."""
        await self.audit.note([Opening(str(by), f"kernel-{self.service}", "limit_lifted")])
        await Allowance(self.store.rows("meta")).give(minutes)

    async def opened(self, letter: Letter, by: Actor) -> Content:
        """What is in it, for somebody to see: noted as an opening first. Raises what opening it raises."""
        opener = self.opener or LetterOpener()
        async with Originals(self.kafka, opener) as originals:
            content = await originals.content(letter.head, opener)
        await self.audit.note([Opening(str(by), letter.head.document or letter.id, "letter")])
        return content


def chosen(letters: Iterable[Letter], reason: str) -> Sequence[Letter]:
    """Those that are open, of one reason."""
    return [letter for letter in letters if letter.state == "open" and letter.head.reason == reason]


def flaw_of_replay(letter: Letter) -> str:
    """Why it cannot be, and what to do instead; empty where it can."""
    if letter.state != "open":
        return _over(letter)
    if letter.stuck:
        return f"{letter.id} waits with {letter.head.document}: release that document, and it is folded in its turn"
    if letter.head.reason == REFUSED:
        return f"{letter.id} was read and refused ({letter.head.code}): its sender was told and must send it anew; discard it"
    return ""


def flaw_of_discard(letter: Letter) -> str:
    """As above."""
    if letter.state != "open":
        return _over(letter)
    if letter.stuck:
        return f"{letter.id} waits with {letter.head.document}, which needs it: release that document once it is mended"
    return ""


def _over(letter: Letter) -> str:
    by = f" by {letter.by} at {letter.done_at}" if letter.by else ""
    return f"{letter.id} has been {letter.state} already{by}"
