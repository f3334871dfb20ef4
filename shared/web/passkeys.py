"""Passkeys at one service: adding one, signing in with one. Each begins with a challenge, which is answered once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.access import Actor, Role
from shared.web.ceremonies import Site, challenge_of, credential_of, refused, text_of
from shared.web.entering import AWAY
from shared.web.passkey_book import PasskeyBook
from shared.web.sessions import hashed


@dataclass(frozen=True)
class Passkeys:
    """`challenges`: a collection, {_id: hash, for: who may answer, ends}, emptied by `ends`."""

    service: str
    site: Site
    book: PasskeyBook
    challenges: Any

    async def options(self, actor: Actor) -> str:
        """To make one with."""
        return await self._asked(self.site.options(self.service, actor, await self.book.credentials(actor)), str(actor))

    async def questions(self) -> str:
        """To sign in with."""
        return await self._asked(self.site.questions(), "")

    async def add(self, credential: Mapping[str, Any], actor: Actor) -> None:
        """Raises Problem."""
        await self.book.add(self.site.made(credential, await self._answered(credential, str(actor))), actor)

    async def enter(self, credential: Mapping[str, Any]) -> Actor:
        """Whose it is. Raises Problem."""
        challenge = await self._answered(credential, "")
        row = await self.book.find(credential_of(credential))
        if row is None:
            raise refused()
        signatures = self.site.signed(credential, challenge, row["key"], row["count"])
        if not await self.book.used(row, signatures):
            raise refused()
        return Actor(Role(row["role"]), row["id"])

    async def _asked(self, options: str, whom: str) -> str:
        """`whom` alone may answer; empty for somebody who is to say who they are."""
        await self.challenges.create_index("ends", expireAfterSeconds=0)
        row = {"_id": hashed(json.loads(options)["challenge"]), "for": whom, "ends": datetime.now(UTC) + AWAY}
        await self.challenges.insert_one(row)
        return options

    async def _answered(self, credential: Mapping[str, Any], whom: str) -> bytes:
        """The challenge, which is then used up. Raises Problem."""
        challenge = challenge_of(credential)
        asked = {"_id": hashed(text_of(challenge)), "for": whom, "ends": {"$gt": datetime.now(UTC)}}
        if not (await self.challenges.delete_one(asked)).deleted_count:
            raise refused()
        return challenge
