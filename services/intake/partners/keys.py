"""Partners' API keys: random, shown once, kept only as hashes. Several are good at a time: so one is rolled in peace.

A retired key's row stays, so that a restored backup does not make it good again (shared.shelf, `take`).
"""

import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.access import Actor, Role
from shared.clock import Clock, RealClock
from shared.errors import TsunaguError
from shared.kafka.bus import KafkaBus
from shared.kafka.connection import Kafka
from shared.kernel.ports import Rows
from shared.privacy.audit import Audit, Opening
from shared.shelf import GONE, Row, Shelf, shelf
from shared.store import MongoStore, connect

ORG = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
NOTED = timedelta(minutes=5)
"""How often a key in use is noted as such; every request would be a write."""
CLI = Actor(Role.OPERATOR, "cli")


def must_be_name(org: str) -> None:
    """Raises TsunaguError for what no partner can be called."""
    if not ORG.fullmatch(org):
        raise TsunaguError(f"{org!r} is no partner's name: 2 to 32 of a-z, 0-9 and -, not beginning with -")


@dataclass(frozen=True)
class PartnerKey:
    """What is known of a key. `id`: names it, and opens nothing. Of keys from before times were kept, `added` is None.

    `until`: the moment from which it is no longer good. `seen`: when it was last used, give or take five minutes.
    """

    id: str
    org: str
    added: datetime | None
    until: datetime | None = None
    retired: datetime | None = None
    seen: datetime | None = None

    def good(self, now: datetime) -> bool:
        return self.retired is None and (self.until is None or now < self.until)


@dataclass
class Partners:
    """`shelf`: hash of a key → {org, added, until, retired}; `uses`: hash of a key → {at}. Times in ISO 8601, by the
    wall clock, also where the network runs on a stepped one: how long a key is good is a matter of real days.
    """

    shelf: Shelf
    uses: Rows
    audit: Audit
    clock: Clock = field(default_factory=RealClock)
    _noted: dict[str, datetime] = field(default_factory=dict)

    async def add_key(self, org: str, until: datetime | None = None, by: Actor = CLI) -> str:
        """A new key of a partner; earlier ones stay good. Raises TsunaguError for a name or a time that cannot be."""
        must_be_name(org)
        now = self.clock.now()
        if until and until <= now:
            raise TsunaguError(f"a key that ends at {_text(until)} would never be good: name a time to come")
        key = f"tsu_{org}_{secrets.token_urlsafe(32)}"
        row = {"org": org, "added": _text(now), **({"until": _text(until)} if until else {})}
        await self.audit.note([Opening(str(by), _audited(org, hashed(key)), "key_added")])
        await self.shelf.put(hashed(key), row)
        return key

    async def org_of(self, key: str) -> str | None:
        """Whose it is; None for one that is unknown, retired or past its end, all alike. Notes that it was used."""
        return await self.org_behind(hashed(key))

    async def org_behind(self, hash: str) -> str | None:
        """As `org_of`, of a key that is known by its hash alone: a token has come of it."""
        row = (await self.shelf.find([hash])).get(hash, GONE)
        now = self.clock.now()
        if row == GONE or not _key(hash, row).good(now):
            return None
        if now - self._noted.get(hash, now - NOTED) >= NOTED:
            await self.uses.put(hash, {"at": _text(now)})
            self._noted[hash] = now
        return str(row["org"])

    async def keys(self, org: str) -> list[PartnerKey]:
        """All that it ever had, the oldest first."""
        rows = {hash: row async for hash, row in self.shelf.rows.every(org=org)}
        uses = await self.uses.find(rows)
        found = [_key(hash, row, uses.get(hash)) for hash, row in rows.items()]
        return sorted(found, key=lambda key: (_text(key.added), key.id))

    async def retire(self, org: str, id: str, at: datetime | None = None, by: Actor = CLI) -> PartnerKey:
        """The key is good no longer: from now on, or from `at` on. Raises TsunaguError when there is no such key."""
        hash, row = await self._named(org, id)
        if _key(hash, row).retired:
            raise TsunaguError(f"{org}'s key {id} has been retired already, at {row['retired']}")
        now = self.clock.now()
        if at and at <= now:
            raise TsunaguError(f"{_text(at)} has passed: name a time to come, or none to retire it at once")
        row = {**row, "until": _text(at)} if at else {**row, "retired": _text(now)}
        await self.audit.note([Opening(str(by), _audited(org, hash), "key_ends" if at else "key_retired")])
        await self.shelf.put(hash, row)
        return _key(hash, row)

    async def _named(self, org: str, id: str) -> tuple[str, Row]:
        rows = {hash: row async for hash, row in self.shelf.rows.every(org=org)}
        for hash, row in rows.items():
            if _id(hash) == id:
                return hash, row
        raise TsunaguError(f"{org} has no key {id}: it has {', '.join(sorted(map(_id, rows))) or 'none'}")


@asynccontextmanager
async def partners_of(kafka: Kafka, mongo: str) -> AsyncIterator[Partners]:
    """Intake's partners, for commands that run beside it."""
    bus = KafkaBus(kafka)
    await bus.start()
    try:
        store, clock = MongoStore(connect(mongo), "tsunagu_intake"), RealClock()
        shelves = [shelf("intake", name, store, bus, clock) for name in ("partners", "audit")]
        yield Partners(shelves[0], store.rows(USES), Audit(shelves[1]), clock)
    finally:
        await bus.stop()


USES = "partner-key-uses"
"""The collection in which uses are noted. On no topic: what is lost of it is when a key was last used."""


def hashed(key: str) -> str:
    """Plain SHA-256 suffices: the key is 32 random bytes, there is nothing to guess."""
    return hashlib.sha256(key.encode()).hexdigest()


def _key(hash: str, row: Row, use: Row | None = None) -> PartnerKey:
    added, until, retired = (_time(row.get(name)) for name in ("added", "until", "retired"))
    return PartnerKey(_id(hash), str(row["org"]), added, until, retired, _time(use["at"]) if use else None)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _id(hash: str) -> str:
    return hash[:8]


def _audited(org: str, hash: str) -> str:
    """What the audit log calls the key."""
    return f"partner-{org}.{_id(hash)}"


def _text(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
