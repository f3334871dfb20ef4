"""The log of openings: who opened whose data, when and why. Each line carries the hash of the one before it.

A line that was changed, or taken out, breaks the chain from there on (`broken`). Lines name people by the keys of
their documents alone.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Literal, NamedTuple

from shared.kernel.record import encode
from shared.shelf import Shelf

START = "0" * 64
AT_ONCE = 500
"""Lines written at once: no more than so many does a process leave untold that dies between writing and telling."""
DeskReason = Literal["contact_lost", "partner_asks", "complaint", "other"]
"""Why a coordinator opens a resident's data: the `why` that such an opening is noted with."""


class Opening(NamedTuple):
    """`actor`: role and id (`supporter:supporter-S001`, `network:mail`); `person`: whose; `why`: a code."""

    actor: str
    person: str
    why: str


@dataclass(frozen=True)
class Line:
    """`hash` covers all the rest, `before` among it."""

    number: int
    at: str
    actor: str
    person: str
    why: str
    before: str
    hash: str = ""


@dataclass(eq=False)
class Wish:
    """What one caller wants noted."""

    openings: Sequence[Opening]
    noted: bool = False


class Audit:
    """One service's log, on a shelf of its own."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._last: Line | None = None
        self._told = 0
        self._wishes: list[Wish] = []
        self._writing = asyncio.Lock()

    async def note(self, openings: Sequence[Opening]) -> None:
        """Before anything is opened: what cannot be noted must not be shown. Raises what the database raises.

        A chain has one end, so callers take turns; whoever's turn it is writes for all who wait.
        """
        if not openings:
            return
        mine = Wish(openings)
        self._wishes.append(mine)
        async with self._writing:
            if not mine.noted:
                await self._grant(mine)

    async def _grant(self, mine: Wish) -> None:
        """Where it fails, the others are not noted either, and try themselves."""
        wishes = list(dict.fromkeys([*self._wishes, mine]))
        self._wishes.clear()
        await self._append([opening for wish in wishes for opening in wish.openings])
        for wish in wishes:
            wish.noted = True

    async def _append(self, openings: Sequence[Opening]) -> None:
        while openings:
            openings = openings[await self._chain(openings[:AT_ONCE]) :]

    async def _chain(self, openings: Sequence[Opening]) -> int:
        """Line by line, up to where another process was quicker: what is left goes on from its lines. Returns how many."""
        last, self._last = await self._newest(), None
        await self._catch_up(last)
        lines = chained(last, openings, self._shelf.clock.now().isoformat(timespec="seconds"))
        rows = {_id(line): asdict(line) for line in lines}
        written = await self._shelf.extend(rows)
        await self._shelf.tell(dict(islice(rows.items(), written)))
        if written:
            self._told = lines[written - 1].number
        if written == len(lines):
            self._last = lines[-1]
        return written

    async def _catch_up(self, last: Line | None) -> None:
        """Tells the lines that this process has not told. Whoever wrote them may have died, or met a broker that did not
        answer, before it did: so whoever goes on from them does, and before it writes, or they would grow in number.
        """
        number = last.number if last else 0
        if number > self._told:
            since = max(self._told, number - AT_ONCE)
            await self._shelf.tell(await self._shelf.find([_at(n) for n in range(since + 1, number + 1)]))
            self._told = number

    async def _newest(self) -> Line | None:
        if self._last is None:
            found = await self.newest(1)
            self._last = found[0] if found else None
        return self._last

    async def newest(self, limit: int, person: str | None = None) -> list[Line]:
        """The newest first; of one person where one is named."""
        rows = await self._shelf.rows.newest(limit, **({"person": person} if person else {}))
        return [Line(**row) for row in rows]

    async def broken(self) -> int | None:
        """The number of the first line that does not fit the one before it; None where the chain is whole. A long chain is
        not held whole, and lets the kernel, whose loop this is, go on meanwhile.
        """
        last: Line | None = None
        async for _, row in self._shelf.rows.every():
            line = Line(**row)
            if not follows(last, line):
                return last.number + 1 if last else 1
            last = line
            if line.number % AT_ONCE == 0:
                await asyncio.sleep(0)
        return None


def chained(last: Line | None, openings: Iterable[Opening], at: str) -> list[Line]:
    lines: list[Line] = []
    for opening in openings:
        before = lines[-1] if lines else last
        bare = Line(before.number + 1 if before else 1, at, *opening, before.hash if before else START)
        lines.append(Line(**{**asdict(bare), "hash": hash_of(bare)}))
    return lines


def hash_of(line: Line) -> str:
    return hashlib.sha256(encode({**asdict(line), "hash": ""})).hexdigest()


def follows(last: Line | None, line: Line) -> bool:
    """Is it the next one, as it was written?"""
    number, before = (last.number, last.hash) if last else (0, START)
    return line.number == number + 1 and line.before == before and line.hash == hash_of(line)


def _id(line: Line) -> str:
    return _at(line.number)


def _at(number: int) -> str:
    """Sorts as it counts."""
    return f"{number:012}"
