"""Opening what is sealed, for who may: every opening is noted first."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import TsunaguError
from shared.events.person_keys import PersonKey
from shared.privacy.audit import Audit, Opening
from shared.privacy.data_keys import DataKey
from shared.privacy.vault import NoKey
from shared.privacy.wrapping import Wrapped, WrappingKeys


def wrapped_key(value: bytes) -> Wrapped:
    """Of a record of `resident-keys` or `supporter-keys`, as small as it can be held: every person's is. Raises ValueError."""
    said = PersonKey.model_validate_json(value)
    return Wrapped(sys.intern(said.kid), said.key)


@dataclass(frozen=True)
class Opener:
    """`keys`: a view of `resident-keys` or `supporter-keys`, which forgets whom a tombstone names."""

    keys: Mapping[str, Wrapped]
    wrapping: WrappingKeys
    audit: Audit

    async def check(self) -> None:
        """Raises OtherKeys where our wrapping keys open nobody's key."""
        self.wrapping.must_be_of({key.kid for key in self.keys.values()})

    async def open_all(self, sealed: Mapping[str, str], actor: str, why: str) -> dict[str, Any]:
        """Person → their data; who cannot be opened (erased, or the key has not come yet) is absent."""
        found = {person: key for person in sealed if (key := self._key(person))}
        await self.audit.note([Opening(actor, person, why) for person in found])
        opened = {}
        for person, key in found.items():
            try:
                opened[person] = key.open(sealed[person])
            except TsunaguError:
                continue
        return opened

    def _key(self, person: str) -> DataKey | None:
        known = self.keys.get(person)
        try:
            return self.wrapping.unwrap(person, known) if known else None
        except TsunaguError:
            return None

    async def open(self, person: str, sealed: str, actor: str, why: str) -> Any:
        """Raises NoKey where it cannot be opened."""
        opened = await self.open_all({person: sealed}, actor, why)
        if person not in opened:
            raise NoKey(f"the data of {person} can no longer be opened")
        return opened[person]
