"""Partners and their API keys: a random key shown once, kept only as its hash."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any

from shared.errors import TsunaguError

ORG = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")


@dataclass
class Partners:
    """`collection`: one document per key: {_id: hash of the key, org}."""

    collection: Any

    async def add_key(self, org: str) -> str:
        """A new key of a partner; earlier ones stay good."""
        if not ORG.fullmatch(org):
            raise TsunaguError(f"{org!r} is no partner's name: 2 to 32 of a-z, 0-9 and -, not beginning with -")
        key = f"tsu_{org}_{secrets.token_urlsafe(32)}"
        await self.collection.insert_one({"_id": _hash(key), "org": org})
        return key

    async def org_of(self, key: str) -> str | None:
        found = await self.collection.find_one({"_id": _hash(key)})
        return str(found["org"]) if found else None


def _hash(key: str) -> str:
    """Plain SHA-256 suffices: the key is 32 random bytes, there is nothing to guess."""
    return hashlib.sha256(key.encode()).hexdigest()
