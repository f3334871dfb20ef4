"""Partners and their API keys: a random key shown once, kept only as its hash."""

import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.clock import RealClock
from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.shelf import GONE, Shelf, shelf
from shared.store import MongoStore, connect

ORG = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")


@dataclass
class Partners:
    """`shelf`: hash of a key → {org}."""

    shelf: Shelf

    async def add_key(self, org: str) -> str:
        """A new key of a partner; earlier ones stay good."""
        if not ORG.fullmatch(org):
            raise TsunaguError(f"{org!r} is no partner's name: 2 to 32 of a-z, 0-9 and -, not beginning with -")
        key = f"tsu_{org}_{secrets.token_urlsafe(32)}"
        await self.shelf.put(_hash(key), {"org": org})
        return key

    async def org_of(self, key: str) -> str | None:
        hashed = _hash(key)
        found = (await self.shelf.find([hashed])).get(hashed, GONE)
        return None if found == GONE else str(found["org"])


@asynccontextmanager
async def partners_of(kafka: Kafka, mongo: str) -> AsyncIterator[Partners]:
    """Intake's partners, for commands that run beside it."""
    bus = KafkaBus(kafka)
    await bus.start()
    try:
        yield Partners(shelf("intake", "partners", MongoStore(connect(mongo), "tsunagu_intake"), bus, RealClock()))
    finally:
        await bus.stop()


def _hash(key: str) -> str:
    """Plain SHA-256 suffices: the key is 32 random bytes, there is nothing to guess."""
    return hashlib.sha256(key.encode()).hexdigest()
