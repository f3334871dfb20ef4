"""A store that remembers the documents it wrote last: the one writer of a document need not read back its own words.

Whatever is written rests on no memory: should another have written since, the guard is missed, the document is forgotten,
and the next load asks the database. But a decision to write nothing (a hole) has no guard. So all is forgotten (`forget`)
whenever partitions are given up, for others write then.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shared.kernel.document import Document
from shared.kernel.ports import Store

AT_MOST = 2000


class RecentStore:
    """shared.kernel.ports.Store around another one, for the kernel alone: whoever only reads asks the other."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._recent: OrderedDict[str, Document] = OrderedDict()

    async def load(self, keys: Collection[str]) -> Mapping[str, Document]:
        known = {key: self._recent[key] for key in keys if key in self._recent}
        asked = [key for key in keys if key not in known]
        return {**known, **(await self._store.load(asked) if asked else {})}

    async def write(self, documents: Sequence[tuple[str, Document]]) -> set[str]:
        for _, document in documents:
            self._recent.pop(document.key, None)  # whatever comes of it: not as it was
        missed = await self._store.write(documents)
        for _, document in documents:
            if document.key not in missed:
                self._recent[document.key] = document
        while len(self._recent) > AT_MOST:
            self._recent.popitem(last=False)
        return missed

    def forget(self) -> None:
        """Another may write from now on."""
        self._recent.clear()

    def __getattr__(self, name: str) -> Any:
        """All else is the store's."""
        return getattr(self._store, name)
