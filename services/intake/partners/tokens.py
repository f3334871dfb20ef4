"""Short-lived tokens that a machine gets for its API key, and sends in its place.

A token says nothing itself and is looked up, as a key is: so it ends with its key, at that very moment.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.intake.partners.keys import Partners, hashed

LIFE = timedelta(minutes=10)
PREFIX = "tsa_"


@dataclass(frozen=True)
class Tokens:
    """`collection`: {_id: hash of a token, key: hash of the key that it was given for, ends}; emptied by `ends`."""

    partners: Partners
    collection: Any

    async def give(self, key: str) -> str:
        """For a key that was found to be good. The token is shown once, and only its hash is kept."""
        await self.collection.create_index("ends", expireAfterSeconds=0)
        token = PREFIX + secrets.token_urlsafe(32)
        row = {"_id": hashed(token), "key": hashed(key), "ends": datetime.now(UTC) + LIFE}
        await self.collection.insert_one(row)
        return token

    async def org_of(self, bearer: str) -> str | None:
        """Whose key or token it is; None where it is not good, for whatever reason."""
        if not bearer.startswith(PREFIX):
            return await self.partners.org_of(bearer)
        row = await self.collection.find_one({"_id": hashed(bearer)})
        if row is None or row["ends"] <= datetime.now(UTC):
            return None
        return await self.partners.org_behind(row["key"])
