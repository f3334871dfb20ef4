"""A store that remembers the documents it wrote last: the one writer of a document need not read back its own words.

Whatever is written rests on no memory: should another have written since, the guard is missed, the document is forgotten,
and the next load asks the database. But a decision to write nothing (a hole) has no guard. So all is forgotten (`forget`)
whenever partitions are given up, for others write then.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from time import monotonic
from typing import Any

from shared.kernel.document import Document
from shared.kernel.ports import Store

AT_MOST = 8_000_000
"""Bytes of documents, as stored; as objects they take about four times as many."""
OVERHEAD = 500
"""What a small one takes besides."""
AT_LONGEST = 300.0
"""Seconds since it was last written: what a service holds follows from its pace, not from how long it has run."""


class RecentStore:
    """shared.kernel.ports.Store around another one, for the kernel alone: whoever only reads asks the other.
    `at_most`: bytes that it remembers. `now`: seconds of a clock that only goes forward.
    """

    def __init__(self, store: Store, at_most: int = AT_MOST, now: Callable[[], float] = monotonic) -> None:
        self._store, self._at_most, self._now = store, at_most, now
        self._recent: OrderedDict[str, Document] = OrderedDict()
        self._since: dict[str, float] = {}
        self._bytes = 0

    async def load(self, keys: Collection[str]) -> Mapping[str, Document]:
        known = {key: self._recent[key] for key in keys if key in self._recent}
        asked = [key for key in keys if key not in known]
        return {**known, **(await self._store.load(asked) if asked else {})}

    async def write(self, documents: Sequence[tuple[str, Document]]) -> set[str]:
        for _, document in documents:
            self._drop(document.key)  # whatever comes of it: not as it was
        missed = await self._store.write(documents)
        now = self._now()
        for _, document in documents:
            if document.key not in missed:
                self._remember(document, now)
        self._shrink(now - AT_LONGEST)
        return missed

    def forget(self) -> None:
        """Another may write from now on."""
        self._recent.clear()
        self._since.clear()
        self._bytes = 0

    def _remember(self, document: Document, now: float) -> None:
        self._recent[document.key] = document
        self._since[document.key] = now
        self._bytes += OVERHEAD + document.size

    def _shrink(self, before: float) -> None:
        """To its limits: those that were written longest ago go first."""
        while self._recent and (self._bytes > self._at_most or self._since[next(iter(self._recent))] < before):
            self._drop(next(iter(self._recent)))

    def _drop(self, key: str) -> None:
        if document := self._recent.pop(key, None):
            del self._since[key]
            self._bytes -= OVERHEAD + document.size

    def __getattr__(self, name: str) -> Any:
        """All else is the store's."""
        return getattr(self._store, name)
