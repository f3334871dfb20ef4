"""Releasing stuck documents: the word to their service, and what comes of it."""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from shared.access import Actor
from shared.errors import TsunaguError
from shared.kernel.commands import Commands
from shared.kernel.document import Document
from shared.store import MongoStore

Outcome = Literal["released", "stuck_again", "not_yet"]
PAUSE = 0.1


class NotStuck(TsunaguError):
    """There is nothing to release."""


class Released(NamedTuple):
    """`at`: the record at which it is stuck again."""

    document: str
    outcome: Outcome
    at: str = ""


@dataclass(frozen=True)
class Releasing:
    """Of one service, which may run anywhere: the word is a record on its command topic."""

    store: MongoStore
    commands: Commands

    async def every(self) -> list[str]:
        """All documents that are stuck."""
        return [row["_id"] async for row in self.store.documents.find({"stuck": {"$ne": None}}, {"_id": 1})]

    async def stuck(self, documents: Collection[str]) -> Mapping[str, Document]:
        """Those documents. Raises NotStuck naming all that are not stuck, or not there."""
        known = await self.store.load(documents)
        lacking = [key for key in documents if key not in known]
        free = [key for key, document in known.items() if not document.stuck]
        flaws = [f"there is no document {', '.join(lacking)}"] if lacking else []
        flaws += [f"not stuck: {', '.join(free)}"] if free else []
        if flaws:
            raise NotStuck(f"{self.commands.service}: {'; '.join(flaws)}")
        return known

    async def release(self, stuck: Mapping[str, Document], by: Actor, within: float) -> list[Released]:
        await self.commands.send([self.commands.release(document, by) for document in stuck])
        deadline = time.monotonic() + within
        while True:
            waiting, now = await self._waiting(stuck), await self.store.load(stuck)
            found = [_outcome(before, now[key], key in waiting) for key, before in stuck.items()]
            if time.monotonic() > deadline or all(one.outcome != "not_yet" for one in found):
                return found
            await asyncio.sleep(PAUSE)

    async def _waiting(self, documents: Collection[str]) -> set[str]:
        """Those for which something lies aside: it is thrown away a moment after it was folded."""
        found = self.store.collection("letters").find({"key": {"$in": sorted(documents)}}, {"key": 1})
        return {row["key"] async for row in found}


def _outcome(before: Document, now: Document, waits: bool) -> Released:
    """Each write has a new token: one that is stuck under the same has not been looked at yet."""
    if not now.stuck:
        return Released(now.key, "not_yet" if waits else "released")
    return Released(now.key, "stuck_again" if now.rev != before.rev else "not_yet", now.stuck)
