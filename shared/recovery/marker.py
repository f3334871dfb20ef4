"""A row in each database that says which one it is, and up to where it and the service's own topics agree."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.errors import TsunaguError
from shared.kernel.document import Document
from shared.kernel.ports import Store
from shared.kernel.record import Place
from shared.store import MongoStore, insert_absent

MARKER = "marker"
SCHEMA = 1
"""Of a service's database as a whole; it rises when a version cannot read what the one before it wrote, or the other way
round. (What changes in documents alone has `evolve` for that.)
"""


class OtherDatabase(TsunaguError):
    """Not the database, or not the state of it, that this process has begun with: what it remembers is worth nothing."""


@dataclass(frozen=True)
class Checkpoint:
    """`offsets`: whatever the service had told below them, in this cluster, its database has."""

    cluster: str = ""
    offsets: Mapping[Place, int] = field(default_factory=dict)

    def within(self, cluster: str) -> Mapping[Place, int]:
        """Nothing, where it is of another cluster."""
        return self.offsets if self.cluster == cluster else {}


@dataclass
class Marker:
    """`collection`: `meta` of one service. `beats` rises with each checkpoint, so an older state of the same database
    is told from this one, too.
    """

    collection: Any
    id: str = ""
    beats: int = 0

    async def find(self) -> Checkpoint:
        """From here on this is our database. Makes the marker where there is none."""
        new = {"_id": MARKER, "id": secrets.token_hex(10), "beats": 0, "cluster": "", "offsets": [], "schema": SCHEMA}
        await insert_absent(self.collection, [new])
        row = await self.collection.find_one({"_id": MARKER}) or {}
        self.id, self.beats = row["id"], row["beats"]
        return Checkpoint(row["cluster"], {Place(topic, part): offset for topic, part, offset in row["offsets"]})

    async def check(self) -> None:
        """Raises OtherDatabase; what the database raises when it does not answer."""
        row = await self.collection.find_one({"_id": MARKER}, {"id": 1, "beats": 1}) or {}
        if row.get("id") != self.id or row["beats"] < self.beats:
            raise OtherDatabase("the database was replaced or emptied while the service ran")
        self.beats = row["beats"]

    async def save(self, checkpoint: Checkpoint) -> None:
        """Raises OtherDatabase: another one knows nothing of what this one had."""
        offsets = [[*place, offset] for place, offset in sorted(checkpoint.offsets.items())]
        changed = await self.collection.update_one(
            {"_id": MARKER, "id": self.id, "beats": {"$gte": self.beats}},
            {"$set": {"cluster": checkpoint.cluster, "offsets": offsets}, "$inc": {"beats": 1}},
        )
        if not changed.matched_count:
            raise OtherDatabase("the database was replaced or emptied meanwhile")

    async def renew(self) -> None:
        """Its content is another one now: whoever remembers it as it was ends."""
        await self.collection.delete_one({"_id": MARKER})
        self.beats = 0
        await self.find()


async def check_schema(store: MongoStore) -> None:
    """Raises TsunaguError for a database that another version must read. One from before there was a number has the first."""
    row = await store.collection("meta").find_one({"_id": MARKER}, {"schema": 1}) or {}
    found = row.get("schema", 1 if row else SCHEMA)
    if found != SCHEMA:
        raise TsunaguError(
            f"the database {store.name} was written by {'a newer' if found > SCHEMA else 'an older'} version of Tsunagu "
            f"(schema {found}, this one reads {SCHEMA}): start that version, or give this one an empty database: it "
            "reads that back from Kafka (docs/losses.md)"
        )


class MarkedStore:
    """shared.kernel.ports.Store for a kernel: what another database does not know is no reason to begin anew.

    Asked after each load and so before anything is decided on it. A document that the kernel remembers needs no such
    question: it is as it was, whatever the database has become.
    """

    def __init__(self, store: Store, marker: Marker) -> None:
        self._store, self._marker = store, marker

    async def load(self, keys: Collection[str]) -> Mapping[str, Document]:
        found = await self._store.load(keys)
        await self._marker.check()
        return found

    def __getattr__(self, name: str) -> Any:
        """All else is the store's."""
        return getattr(self._store, name)
