"""Sessions on the server: a random id in a cookie, and in the database only its hash.

Times are the wall clock's, also where the network runs on a stepped one: a session is a matter of real hours.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response

from shared.access import Actor, Role

IDLE, AT_MOST = timedelta(hours=8), timedelta(hours=24)
NOTED = timedelta(minutes=5)
"""How often a session in use is noted as such; every request would be a write."""


@dataclass(frozen=True)
class Sessions:
    """`collection`: {_id: hash, role, id, began, seen, ends}. `ends` is deleted by: a day at most, eight hours idle.

    Every request asks the database, so that who signs out anywhere is signed out everywhere at once.
    """

    service: str
    collection: Any

    @property
    def cookie(self) -> str:
        """Browsers share cookies between the ports of a host, so each service has a name of its own."""
        return f"__Host-tsunagu-{self.service}"

    async def open(self, actor: Actor) -> str:
        """A new session; returns its id, which is nowhere kept."""
        await self.collection.create_index("ends", expireAfterSeconds=0)
        id, now = secrets.token_urlsafe(32), _now()
        row = {"role": str(actor.role), "id": actor.id, "began": now, "seen": now, "ends": now + IDLE}
        await self.collection.insert_one({"_id": hashed(id), **row})
        return id

    async def find(self, id: str) -> Actor | None:
        row = await self.collection.find_one({"_id": hashed(id)})
        now = _now()
        if row is None or row["ends"] <= now:
            return None
        if now - row["seen"] > NOTED:
            ends = min(now + IDLE, row["began"] + AT_MOST)
            await self.collection.update_one({"_id": row["_id"]}, {"$set": {"seen": now, "ends": ends}})
        return Actor(Role(row["role"]), row["id"])

    async def holds(self, id: str) -> bool:
        """As find; but who watches a page does nothing, and must not keep a session from ending."""
        row = await self.collection.find_one({"_id": hashed(id)}, {"ends": 1})
        return row is not None and bool(row["ends"] > _now())

    async def close(self, id: str) -> None:
        await self.collection.delete_one({"_id": hashed(id)})

    async def close_all(self, actor: Actor) -> int:
        """Everywhere that they are signed in at this service. How many sessions that were."""
        return int((await self.collection.delete_many({"role": str(actor.role), "id": actor.id})).deleted_count)

    def hand_over(self, response: Response, id: str) -> None:
        """Lax, not Strict: a link in a mail must find who follows it signed in. Forms are guarded by their origin."""
        response.set_cookie(
            self.cookie, id, max_age=int(AT_MOST.total_seconds()), secure=True, httponly=True, samesite="lax"
        )

    def take_back(self, response: Response) -> None:
        response.delete_cookie(self.cookie, secure=True, httponly=True, samesite="lax")


def hashed(id: str) -> str:
    """Plain SHA-256 suffices: an id is 32 random bytes."""
    return hashlib.sha256(id.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)
