"""What became of each dead letter. What an operator did is on a shelf (`<service>.handled-letters`), so that another
operator and the page see it, and a lost database has it again. What waits with a stuck document is asked of the
database: it is open as long as it lies there.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from shared.kernel.record import Place
from shared.letters.head import STUCK, Head, Letter, State
from shared.letters.index import Index
from shared.shelf import Row, Shelf
from shared.store import MongoStore

UNKNOWN_TIME = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Book:
    """Of one service. `cluster`: whose offsets its database speaks of."""

    index: Index
    store: MongoStore
    handled: Shelf
    cluster: Callable[[], str]

    async def letters(self) -> list[Letter]:
        """The newest first."""
        heads, aside = await self.index.heads(), await self.aside()
        untold = {id: self._untold(id, document) for id, document in aside.items() if id not in heads}
        every = {**heads, **untold}
        rows = await self.handled.find([*every, *map(self._key, every)])
        letters = [_letter(head, rows.get(self._key(id)) or _older(rows, head), aside) for id, head in every.items()]
        return sorted(letters, key=lambda letter: (letter.head.at, letter.head.order), reverse=True)

    async def aside(self, document: str | None = None) -> dict[str, str]:
        """Ids of the records that wait with stuck documents, and whose each is."""
        prefix = f"{self.cluster()}:"
        found = self.store.collection("letters").find({"key": document} if document else {}, {"_id": 1, "key": 1})
        return {
            row["_id"].removeprefix(prefix): row["key"] async for row in found if str(row["_id"]).startswith(prefix)
        }

    async def mark(self, letters: Collection[Letter], state: State, by: str, why: str = "") -> set[str]:
        """Returns the ids that somebody else has marked meanwhile: theirs stays."""
        row = {"state": state, "by": by, "at": self.handled.clock.now().isoformat(timespec="seconds"), "why": why}
        rows: dict[str, Row] = {self._key(letter.id): dict(row) for letter in letters}
        late = await self.handled.add(rows) if rows else set()
        await self.handled.tell({key: one for key, one in rows.items() if key not in late})
        return {letter.id for letter in letters if self._key(letter.id) in late}

    def _key(self, id: str) -> str:
        """Of its row: on a broker that has forgotten everything, offsets begin anew, and so do ids."""
        return f"{self.cluster()}:{id}"

    def _untold(self, id: str, document: str) -> Head:
        """Its dead letter is gone with the broker, or was never told: a repaired hole has none."""
        rest, _, offset = id.rpartition("-")
        topic, _, partition = rest.rpartition("-")
        return Head(
            self.handled.service, id, STUCK, "", Place(topic, int(partition)), int(offset), "", 0, UNKNOWN_TIME, document
        )  # fmt: skip


def _older(rows: Mapping[str, Row], head: Head) -> Row:
    """From before rows had the broker in their key. Whatever was done before there was this letter, was to another one."""
    row = rows.get(head.id, {})
    return row if row and datetime.fromisoformat(row["at"]) >= head.at else {}


def _letter(head: Head, row: Row, aside: Mapping[str, str]) -> Letter:
    if head.reason == STUCK and head.id in aside:
        return Letter(replace(head, document=aside[head.id]))
    state: State = row.get("state") or ("released" if head.reason == STUCK else "open")
    return Letter(head, state, row.get("by", ""), row.get("at", ""), row.get("why", ""))
