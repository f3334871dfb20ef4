"""A batch on its way through the kernel."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from shared.kernel.document import Document, Entry
from shared.kernel.fold import Folded
from shared.kernel.record import Input, Message

SLICE = 100
"""Documents folded at once, in a few milliseconds."""


@dataclass
class Batch:
    """`dead`: letters for what nobody can read. Per key: its inputs (`groups`), the document that they were folded on
    (`before`), what came of it (`settled`), up to which position a batch ahead tells its journal (`queued`), and, until it is
    written itself, what it has built on: a batch ahead and the document that this had made (`built_on`). `taking_up`: keys
    with a word that takes up what lies aside.

    `written`: set once documents and what lies aside are stored.
    """

    records: int
    dead: list[Message]
    groups: dict[str, list[Input]] = field(default_factory=lambda: defaultdict(list))
    taking_up: set[str] = field(default_factory=set)
    before: dict[str, Document] = field(default_factory=dict)
    settled: dict[str, Folded] = field(default_factory=dict)
    queued: dict[str, int] = field(default_factory=dict)
    built_on: dict[str, tuple["Batch", Document]] = field(default_factory=dict)
    written: asyncio.Event = field(default_factory=asyncio.Event)

    def changed(self, keys: Iterable[str]) -> list[str]:
        return [key for key in keys if self.settled[key].changed]

    def build_on(self, ahead: Sequence["Batch"], keys: Collection[str]) -> dict[str, Document]:
        """What the last batch ahead that has one of these documents has made of it."""
        built_on = {key: (one, folded.document) for one in ahead for key in keys if (folded := one.settled.get(key))}
        self.built_on |= built_on
        self.queued |= {key: built_on[key][1].version if key in built_on else 0 for key in keys}
        return {key: document for key, (_, document) in built_on.items()}

    def stale(self) -> list[str]:
        """Keys for which a batch ahead has made another document in the end than this one had built on."""
        return [key for key, (ahead, made) in self.built_on.items() if ahead.settled[key].document is not made]

    def entries(self) -> list[Entry]:
        """The outbox of each document, whole, those in the order of the batch; but for what a batch ahead tells."""
        return [
            entry
            for key, folded in self.settled.items()
            for entry in folded.document.outbox
            if entry.position > self.queued[key]
        ]


def sliced(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while some := list(islice(rest, SLICE)):
        yield some
