"""The kernel: a batch of records in; documents, journal and events out. At least once in, effects exactly once.

    read -> group by key -> load -> fold -> guarded write -> journal -> publish -> (the caller commits the offsets)

A crash before the write leaves nothing; a crash after it brings the records again, which are then known, and the
document's outbox goes out again with the same bytes. Two writers of one document: the second misses its guard,
reloads and finds the work done. See docs/architecture.md.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.clock import Clock
from shared.errors import BadRecord
from shared.ids import Ids
from shared.kernel import dead_letters, journal
from shared.kernel.decider import Decider
from shared.kernel.document import Answer, Document
from shared.kernel.fold import Folded, World, fold, refold
from shared.kernel.ports import Bus, Counter, Letter, Sealer, Store
from shared.kernel.record import Input, Kind, Message, Place, Record, Subscriptions


@dataclass
class Kernel:
    """`committed`: per owned partition, the offset below which every effect is stored and published.

    `on_answer(command id, answer)` is called once a command's effects are published.
    """

    service: str
    cluster: str
    subscriptions: Subscriptions
    deciders: Mapping[str, Decider[Any]]
    bus: Bus
    store: Store
    clock: Clock
    ids: Ids
    sealer: Sealer
    count: Counter
    view: Any = None
    on_answer: Callable[[str, Answer], None] = lambda _id, _answer: None
    on_error: Callable[[str, BaseException], None] = lambda _key, _error: None
    committed: dict[Place, int] = field(default_factory=dict)

    async def process(self, records: Sequence[Record]) -> None:
        """Returns when every effect of the records is stored and acknowledged; the caller may then commit them."""
        inputs, dead = self._read(records)
        groups: dict[str, list[Input]] = defaultdict(list)
        for one in inputs:
            groups[one.key].append(one)
        settled = await self._settle(groups)
        await self._keep_letters(settled, groups)
        await self.store.append([entry for folded in settled.values() for entry in folded.document.outbox])
        await self.bus.publish([*dead, *self._outgoing(settled), *self._told(settled, groups)])
        self._report(settled, groups, len(records))

    def confirm(self, offsets: Mapping[Place, int]) -> None:
        """The group has committed these offsets."""
        self.committed.update(offsets)

    def _read(self, records: Iterable[Record]) -> tuple[list[Input], list[Message]]:
        inputs, dead = [], []
        for record in records:
            try:
                inputs.append(self.subscriptions.read(record))
            except BadRecord as error:
                dead.append(self._dead(record, error.reason))
        return inputs, dead

    async def _settle(self, groups: Mapping[str, list[Input]]) -> dict[str, Folded]:
        """Fold and write until no guard is missed."""
        settled: dict[str, Folded] = {}
        todo, tries = set(groups), 0
        while todo:
            if tries:
                await asyncio.sleep(0.005 * tries)
            known = await self.store.load(todo)
            documents = {key: await self._current(known.get(key) or Document(key)) for key in todo}
            world = self._world()
            for key in todo:
                inputs = await self._with_letters(groups[key])
                settled[key] = fold(documents[key], inputs, world)
            todo = await self._write(documents, {key: settled[key] for key in todo})
            self.count.add("guard_misses", len(todo))
            tries += 1
        return settled

    async def _write(self, before: Mapping[str, Document], after: Mapping[str, Folded]) -> set[str]:
        changed = {key: folded for key, folded in after.items() if folded.changed}
        for folded in changed.values():
            folded.document = replace(folded.document, rev=self.ids.new())
        return await self.store.write([(before[key].rev, f.document) for key, f in changed.items()])

    async def _current(self, document: Document) -> Document:
        """Refolded from its journal where an older evolve made its state."""
        rules = self.deciders.get(document.kind)
        if not rules or not document.version or document.evolve >= rules.number:
            return document
        entries = {entry.position: entry for entry in (*await self.store.journal(document.key), *document.outbox)}
        state = refold(rules, [entries[position] for position in sorted(entries)])
        return replace(document, state=state, evolve=rules.number)

    async def _with_letters(self, inputs: list[Input]) -> list[Input]:
        """A release is followed by what had been kept aside, in its order."""
        if not any(one.kind is Kind.RELEASE for one in inputs):
            return inputs
        kept = [self._unsealed(letter) for letter in await self.store.letters(inputs[0].key)]
        first = next(i for i, one in enumerate(inputs) if one.kind is Kind.RELEASE) + 1
        return [*inputs[:first], *kept, *inputs[first:]]

    def _unsealed(self, letter: Letter) -> Input:
        return replace(self.subscriptions.read(dead_letters.from_letter(letter, self.sealer)), kept=True)

    async def _keep_letters(
        self, settled: Mapping[str, Folded], groups: Mapping[str, list[Input]]
    ) -> None:
        for key, folded in settled.items():
            if not folded.document.stuck and any(one.kind is Kind.RELEASE for one in groups[key]):
                await self.store.discard(await self.store.letters(key))
        await self.store.keep([
            dead_letters.to_letter(self.cluster, key, one.record, self.sealer)
            for key, folded in settled.items()
            for one in folded.letters
            if not one.kept
        ])  # fmt: skip

    def _outgoing(self, settled: Mapping[str, Folded]) -> list[Message]:
        """Journals before events, documents in the order of the batch: the outbox of each, whole."""
        entries = [entry for folded in settled.values() for entry in folded.document.outbox]
        told = [message for entry in entries for message in journal.events(self.service, entry)]
        return [*(journal.record(self.service, entry) for entry in entries), *told]

    def _told(self, settled: Mapping[str, Folded], groups: Mapping[str, list[Input]]) -> list[Message]:
        """Dead letters for what is kept aside, and for partners' records whose command was refused (repeats too)."""
        stuck = [self._dead(one.record, "stuck") for f in settled.values() for one in f.letters if not one.kept]
        refused = [
            self._dead(one.record, "refused", answer.refused)
            for key, inputs in groups.items()
            for one in inputs
            if one.origin and (answer := settled[key].document.ids.get(one.id)) and answer.refused
        ]
        return stuck + refused

    def _dead(self, record: Record, reason: str, code: str = "") -> Message:
        self.count.add("dead_letters", reason=reason)
        return dead_letters.dead_letter(self.service, record, reason, self.clock.now(), self.sealer, code=code)

    def _report(self, settled: Mapping[str, Folded], groups: Mapping[str, list[Input]], records: int) -> None:
        self.count.add("records", records)
        self.count.add("decisions", sum(len(f.fresh) for f in settled.values()))
        self.count.add("duplicates", sum(f.duplicates for f in settled.values()))
        self.count.add("holes", sum(f.holes for f in settled.values()))
        for key, folded in settled.items():
            if folded.error:
                self.on_error(key, folded.error)
            for one in groups[key]:
                if one.kind is Kind.COMMAND and one.id in folded.document.ids:
                    self.on_answer(one.id, folded.document.ids[one.id])

    def _world(self) -> World:
        return World(
            self.service, self.cluster, self.clock.now(), self.deciders, dict(self.committed), self.view
        )
