"""What the kernel needs of the world. Real ones: shared.bus, shared.store; in tests: shared.kernel.memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

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

    async def keep(self, letters: Sequence[Letter]) -> None: ...

    async def letters(self, key: str) -> list[Letter]:
        """By `order`: as they lay in their topic; between topics no order is promised."""

    async def discard(self, letters: Sequence[Letter]) -> None: ...

    async def due(self, now: datetime, limit: int) -> list[str]:
        """Keys of documents whose time has come, longest due first."""

    async def answer(self, key: str, command: str) -> Answer | None: ...


class Sealer(Protocol):
    def seal(self, clear: bytes) -> str:
        """For the network's operators: JWE to the network's public key."""

    def lock(self, clear: bytes) -> str:
        """For this service itself."""

    def unlock(self, locked: str) -> bytes: ...


class Counter(Protocol):
    def add(self, what: str, n: int = 1, **labels: str) -> None:
        """Counts per batch; the names are in shared.metrics."""
