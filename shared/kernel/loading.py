"""What a fold is made from, as the database has it: documents, what lies aside for them, what they have forgotten."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.kernel import dead_letters
from shared.kernel.decider import Decider
from shared.kernel.document import Document
from shared.kernel.ports import Letter, Sealer, Store
from shared.kernel.record import Input, Kind, Place, Record, Subscriptions
from shared.kernel.step import refold


@dataclass(frozen=True)
class Loader:
    """Of one service, in this `cluster`. `on_error`: is told of documents whose journal cannot be folded."""

    cluster: str
    store: Store
    subscriptions: Subscriptions
    deciders: Mapping[str, Decider[Any]]
    sealer: Sealer
    on_error: Callable[[str, BaseException], None]

    async def documents(self, keys: Collection[str], known: Mapping[str, Document]) -> dict[str, Document]:
        """As this version has them; those that do not exist are new. `known`: those that a batch ahead has just made."""
        stored = await self.store.load([key for key in keys if key not in known])
        found = {key: known.get(key) or stored.get(key) or Document(key) for key in keys}
        return {key: await self._refolded(one) if self._is_older(one) else one for key, one in found.items()}

    async def letters(self, key: str) -> list[Input]:
        """What lies aside: first what is of a broker that is lost, for offsets began anew on this one."""
        letters = sorted(await self.store.letters(key), key=lambda letter: letter.id.startswith(f"{self.cluster}:"))
        return [self._unsealed(letter) for letter in letters]

    async def recalled(self, document: Document, inputs: Sequence[Input]) -> dict[str, int]:
        return await recalled(self.store, document, inputs)

    def _is_older(self, document: Document) -> bool:
        """Did an older evolve make its state?"""
        rules = self.deciders.get(document.kind)
        return bool(rules and document.version and document.evolve < rules.number)

    async def _refolded(self, document: Document) -> Document:
        """From its journal; where that fails, fold makes it stuck."""
        rules = self.deciders[document.kind]
        entries = {entry.position: entry for entry in (*await self.store.journal(document.key), *document.outbox)}
        try:
            state = refold(rules, [entries[position] for position in sorted(entries)])
        except Exception as error:
            self.on_error(document.key, error)
            return document
        return document.but(state=state, evolve=rules.number)

    def _unsealed(self, letter: Letter) -> Input:
        """A letter that this version cannot read, or not open, keeps its document stuck; not the partition."""
        try:
            return self.subscriptions.read(dead_letters.from_letter(letter, self.sealer))._replace(kept=letter.id)
        except Exception as error:
            record = Record(Place("letters", 0), letter.order, letter.key.encode(), None)
            return Input(Kind.UNREADABLE, letter.key, record, flaw=type(error).__name__, kept=letter.id)


async def recalled(store: Store, document: Document, inputs: Sequence[Input]) -> dict[str, int]:
    """What it has heard on the streams of these, by journal and outbox."""
    streams = {one.stream for one in inputs if one.stream}
    waiting = {one.stream: one.sequence or 0 for one in document.outbox if one.stream in streams}
    return await store.heard(document.key, streams) | waiting
