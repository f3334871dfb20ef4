"""Where a service keeps the data keys of the people whose data it takes in: intake's residents, matching's supporters.

A key is made, kept and told before the command that uses it is written, and never enters a journal, an outbox or a
letter, which are kept for ever.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from shared.errors import TsunaguError
from shared.privacy.data_keys import DataKey, new_data_key
from shared.privacy.wrapping import CannotUnwrap, Wrapped, WrappingKeys
from shared.shelf import GONE, Row, Shelf

SHOWN = 20
"""People named in one message."""


class Erased(TsunaguError):
    """The person's key was destroyed: nothing more can be kept under it."""


class NoKey(TsunaguError):
    """There is none: it was never made, or it is lost."""


class Lost(TsunaguError):
    """Keys that no wrapping key here opens: of these people nothing can be read."""

    def __init__(self, people: Sequence[str], kids: Collection[str]) -> None:
        more = f" and {len(people) - SHOWN} more" if len(people) > SHOWN else ""
        super().__init__(
            f"all others are wrapped anew; these lie under {', '.join(sorted(kids))}, which is not among the wrapping keys, or "
            f"are damaged: {', '.join(people[:SHOWN])}{more}. Put that key back into the file and run it again, or "
            "`tsunagu erase` each: nothing of theirs can be read as it is"
        )


@dataclass(frozen=True)
class Vault:
    """`shelf` holds {kid, key}: data keys, wrapped."""

    shelf: Shelf
    wrapping: WrappingKeys

    async def keys_for(self, people: Collection[str]) -> Mapping[str, DataKey | None]:
        """Their keys, made where missing; None for who was erased. Whoever else makes one at the same time wins.

        Told each time: that costs little, and a crash in between leaves no key untold.
        """
        made = {person: self._row(new_data_key(person)) for person in sorted(set(people))}
        late = await self.shelf.add(made) if made else set()
        known = await self.shelf.find(late) if late else {}
        rows = {**made, **known}
        await self._tell_again({person: row for person, row in rows.items() if row != GONE}, doubtful=known)
        return {person: self._unwrapped(person, row) for person, row in rows.items()}

    async def _tell_again(self, rows: Mapping[str, Row], doubtful: Collection[str]) -> None:
        """Who was erased while their key was told again stays erased: `doubtful` are those who can have been."""
        await self.shelf.tell(rows)
        now = await self.shelf.find(doubtful) if doubtful else {}
        await self.shelf.tell({person: GONE for person, row in now.items() if row == GONE})

    async def key_of(self, person: str) -> DataKey:
        """Raises NoKey, Erased."""
        row = (await self.shelf.find([person])).get(person)
        if row is None:
            raise NoKey(f"there is no key of {person}: its data cannot be opened; `tsunagu restore` brings keys back")
        if row == GONE:
            raise Erased(f"{person} was erased")
        return self.wrapping.unwrap(person, Wrapped(row["kid"], row["key"]))

    async def check(self) -> None:
        """Raises OtherKeys where our wrapping keys open nobody's key. One that opens is enough, and mostly the first is it."""
        for kid in self.wrapping.keys:
            async for _ in self.shelf.rows.every(kid=kid):
                return
        self.wrapping.must_be_of({row["kid"] async for _, row in self.shelf.rows.every() if row != GONE})

    async def rewrap(self) -> int:
        """Every key under the newest wrapping key; returns how many were under older ones.

        Raises Lost, once all others are done, naming those that none of ours opens.
        """
        old, lost = await self.under_others(), []
        for person, row in old.items():
            try:
                new = self._row(self.wrapping.unwrap(person, Wrapped(row["kid"], row["key"])))
            except CannotUnwrap:
                lost.append(person)
                continue
            await self.shelf.rows.swap(person, row, new)  # who is erased meanwhile gets no key again
        rows = {person: row async for person, row in self.shelf.rows.every()}
        await self._tell_again(rows, doubtful=rows)  # all: an earlier run may have been cut short
        if lost:
            raise Lost(lost, {old[person]["kid"] for person in lost})
        return len(old)

    async def under_others(self) -> dict[str, Row]:
        """By person: keys that lie under another wrapping key than the newest."""
        every = [(person, row) async for person, row in self.shelf.rows.every() if row != GONE]
        return {person: row for person, row in every if row["kid"] != self.wrapping.newest}

    def _row(self, key: DataKey) -> Row:
        return dict(self.wrapping.wrap(key)._asdict())

    def _unwrapped(self, person: str, row: Row) -> DataKey | None:
        return None if row == GONE else self.wrapping.unwrap(person, Wrapped(row["kid"], row["key"]))
