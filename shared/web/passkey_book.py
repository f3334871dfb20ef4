"""Which passkeys a service's staff have. Public keys alone: who has read the database signs nobody in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.access import Actor
from shared.privacy.audit import Audit, Opening
from shared.web.ceremonies import Made, name_of

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Passkey:
    """As its owner sees it. `name`: for addresses. `seen`: when it last signed somebody in."""

    name: str
    added: datetime
    seen: datetime | None
    synced: bool


@dataclass(frozen=True)
class PasskeyBook:
    """`keys`: {_id: its name, credential, key, count, synced, role, id, added, seen}."""

    keys: Any
    audit: Audit

    async def of(self, actor: Actor) -> list[Passkey]:
        """The oldest first."""
        shown = [Passkey(row["_id"], row["added"], row["seen"], row["synced"]) for row in await self._rows(actor)]
        return sorted(shown, key=lambda one: one.added)

    async def credentials(self, actor: Actor) -> list[bytes]:
        return [row["credential"] for row in await self._rows(actor)]

    async def find(self, credential: bytes) -> Row | None:
        row: Row | None = await self.keys.find_one({"_id": name_of(credential)})
        return row

    async def add(self, made: Made, actor: Actor) -> None:
        await self.audit.note([_noted(actor, actor, "passkey_added")])
        known = {"credential": made.credential, "key": made.key, "count": made.signatures, "synced": made.synced}
        row = {**known, **_whose(actor), "added": datetime.now(UTC), "seen": None}
        await self.keys.insert_one({"_id": name_of(made.credential), **row})

    async def used(self, row: Row, signatures: int) -> bool:
        """False where somebody else has come in with as many signatures at the same time: one of the two is a copy."""
        change = {"$set": {"count": signatures, "seen": datetime.now(UTC)}}
        return bool((await self.keys.update_one({"_id": row["_id"], "count": row["count"]}, change)).matched_count)

    async def remove(self, name: str, actor: Actor) -> bool:
        """One of their own. Whether there was one."""
        if not await self.keys.find_one({"_id": name, **_whose(actor)}):
            return False
        await self.audit.note([_noted(actor, actor, "passkey_removed")])
        return bool((await self.keys.delete_one({"_id": name, **_whose(actor)})).deleted_count)

    async def remove_all(self, actor: Actor, by: Actor) -> int:
        """How many that were."""
        if not (found := await self._rows(actor)):
            return 0
        await self.audit.note([_noted(by, actor, "passkey_removed") for _ in found])
        return int((await self.keys.delete_many(_whose(actor))).deleted_count)

    async def _rows(self, actor: Actor) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.keys.find(_whose(actor)).to_list(None)
        return found


def _whose(actor: Actor) -> dict[str, str]:
    return {"role": str(actor.role), "id": actor.id}


def _noted(by: Actor, actor: Actor, why: str) -> Opening:
    return Opening(str(by), f"{actor.role}-{actor.id}", why)
