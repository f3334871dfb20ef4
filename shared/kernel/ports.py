"""What the kernel needs of the world. Real ones: shared.kafka.bus, shared.store; in tests: shared.kernel.memory."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.kernel.document import Answer, Document, Entry
from shared.kernel.record import Message


class Bus(Protocol):
    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when every message is acknowledged by the broker, in order per topic and key; else raises."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An input of a stuck document, kept whole and sealed. `id`: cluster, partition and offset, so a repeat is the same."""

    id: str
    key: str
    order: int
    sealed: str


@dataclass(frozen=True, slots=True)
class Hole:
    """An event was not applied, for one before it has not come. `sequence`: its number in its stream."""

    key: str
    stream: str
    topic: str
    partition: int
    sequence: int
    since: datetime


class Store(Protocol):
    """One service's database. Every method may wait; each raises when the database did not confirm within its limit."""

    async def load(self, keys: Collection[str]) -> Mapping[str, Document]:
        """Documents as the majority has them; those that do not exist are absent."""

    async def write(self, documents: Sequence[tuple[str, Document]]) -> set[str]:
        """(guard, new document): replaces the document whose rev is the guard ('' for none). Returns the keys missed."""

    async def append(self, entries: Sequence[Entry]) -> None:
        """To the journal; entries that are there already are left alone."""

    async def journal(self, key: str) -> list[Entry]:
        """All entries of a document, by position."""

    async def heard(self, key: str, streams: Collection[str]) -> dict[str, int]:
        """By its journal: the number of the last event that the document has heard on each; absent: none."""

    async def keep(self, letters: Sequence[Letter]) -> None: ...

    async def letters(self, key: str) -> list[Letter]:
        """By `order`: as they lay in their topic; between topics no order is promised."""

    async def discard(self, letters: Sequence[Letter]) -> None: ...

    async def note(self, holes: Sequence[Hole]) -> None:
        """For whoever repairs them (shared.recovery.holes). The same one is noted once."""

    async def due(self, now: datetime, limit: int) -> list[str]:
        """Keys of documents whose time has come, longest due first."""

    async def answer(self, key: str, command: str) -> Answer | None: ...


class Rows(Protocol):
    """A collection of small facts beside the documents. A row is any JSON object; its id is no part of it."""

    async def find(self, ids: Collection[str]) -> dict[str, dict[str, Any]]: ...

    async def add(self, rows: Mapping[str, dict[str, Any]]) -> set[str]:
        """Those that are not there yet; returns the ids that were."""

    async def extend(self, rows: Mapping[str, dict[str, Any]]) -> int:
        """In their order, up to the first that is there already; returns how many were added."""

    async def put(self, id: str, row: dict[str, Any]) -> None:
        """In place of what was there."""

    async def swap(self, id: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """In place of `old` alone; whether it was still there."""

    async def discard(self, ids: Collection[str]) -> None: ...

    def every(self, **equal: Any) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """By id; only those with these values, where any are given."""

    async def newest(self, limit: int, **equal: Any) -> list[dict[str, Any]]:
        """Those with the highest ids, the highest first."""


class Sealer(Protocol):
    def seal(self, clear: bytes) -> str:
        """For the network's operators: JWE to the network's public key."""

    def lock(self, clear: bytes) -> str:
        """For this service itself."""

    def unlock(self, locked: str) -> bytes: ...


class Counter(Protocol):
    def add(self, what: str, n: int = 1, **labels: str) -> None:
        """Counts per batch; the names are in shared.metrics."""
