"""Databases that are raced, or that fail at a chosen step."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from shared.kernel.document import Document, Entry
from shared.kernel.memory import MemoryStore
from shared.kernel.ports import Letter


class Raced(MemoryStore):
    """`before_write`: what another process does after we have read and before we write, once."""

    before_write: Callable[[], Awaitable[object]] | None = None

    async def load(self, keys: Collection[str]) -> Mapping[str, Document]:
        await asyncio.sleep(0)  # two kernels take turns
        return await super().load(keys)

    async def write(self, documents: Sequence[tuple[str, Document]]) -> set[str]:
        race, self.before_write = self.before_write, None
        if race:
            await race()
        await asyncio.sleep(0)
        return await super().write(documents)


class Failing(MemoryStore):
    """`at`: the step that fails next, once."""

    at = ""

    def _fail(self, step: str) -> None:
        if self.at == step:
            self.at = ""
            raise ConnectionError(f"the database went away at {step}")

    async def write(self, documents: Sequence[tuple[str, Document]]) -> set[str]:
        self._fail("write")
        return await super().write(documents)

    async def append(self, entries: Sequence[Entry]) -> None:
        self._fail("append")
        await super().append(entries)

    async def keep(self, letters: Sequence[Letter]) -> None:
        self._fail("keep")
        await super().keep(letters)

    async def discard(self, letters: Sequence[Letter]) -> None:
        self._fail("discard")
        await super().discard(letters)
