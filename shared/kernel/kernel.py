"""The kernel: a batch of records in; documents, journal and events out. At least once in, effects exactly once.

    read -> group by key -> load -> fold -> guarded write -> journal -> publish -> (the caller commits the offsets)

A crash before the write leaves nothing; a crash after it brings the records again, which are then known, and the
document's outbox goes out again with the same bytes. Two writers of one document: the second misses its guard,
reloads and finds the work done. See docs/architecture.md.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from shared.clock import Clock
from shared.errors import BadRecord
from shared.ids import Ids
from shared.kernel import dead_letters, journal
from shared.kernel.decider import Decider
from shared.kernel.document import Answer, Document
from shared.kernel.fold import Folded, World, fold, refold
from shared.kernel.ports import Bus, Counter, Hole, Letter, Sealer, Store
from shared.kernel.record import Input, Kind, Message, Place, Record, Subscriptions, letter_id


@dataclass
class Kernel:
    """`committed`: per owned partition, the offset below which every effect is stored and published.

    `on_answer(command id, answer)` is called once a command's effects are published. `within`: the limit of the parts
    that compute, and so wait for nothing.
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
    within: Callable[[], AbstractContextManager[None]] = nullcontext

    async def process(self, records: Sequence[Record], failing: Collection[Record] = ()) -> None:
        """Returns when every effect of the records is stored and acknowledged; the caller may then commit them.

        `failing`: those that nobody is to look into any more: their documents become stuck.
        """
        with self.within():
            inputs, dead = self._read(records, failing)
        groups: dict[str, list[Input]] = defaultdict(list)
        for one in inputs:
            groups[one.key].append(one)
        settled = await self._settle(groups)
        await self._keep_letters(settled, groups)
        await self._note_holes(settled)
        entries = [entry for folded in settled.values() for entry in folded.document.outbox]
        told = [*dead, *self._outgoing(settled), *self._told(settled, groups)]
        both = await asyncio.gather(self.store.append(entries), self.bus.publish(told), return_exceptions=True)
        for error in filter(None, both):
            raise error
        self._report(settled, groups, len(records))

    def confirm(self, offsets: Mapping[Place, int]) -> None:
        """The group has committed these offsets."""
        self.committed.update(offsets)

    def _read(self, records: Iterable[Record], failing: Collection[Record]) -> tuple[list[Input], list[Message]]:
        inputs, dead = [], []
        for record in records:
            read = self.subscriptions.unread if record in failing else self.subscriptions.read
            try:
                inputs.append(read(record))
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
            letters = {key: await self._letters(key, groups[key]) for key in todo}
            world = self._world()
            with self.within():
                settled |= {key: fold(documents[key], groups[key], world, letters[key]) for key in todo}
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
        """Refolded from its journal where an older evolve made its state; where that fails, fold makes it stuck."""
        rules = self.deciders.get(document.kind)
        if not rules or not document.version or document.evolve >= rules.number:
            return document
        entries = {entry.position: entry for entry in (*await self.store.journal(document.key), *document.outbox)}
        try:
            state = refold(rules, [entries[position] for position in sorted(entries)])
        except Exception as error:
            self.on_error(document.key, error)
            return document
        return replace(document, state=state, evolve=rules.number)

    async def _letters(self, key: str, inputs: Sequence[Input]) -> list[Input]:
        """What lies aside, where a release or a repair asks for it."""
        if not _takes_up(inputs):
            return []
        return [self._unsealed(letter) for letter in await self.store.letters(key)]

    def _unsealed(self, letter: Letter) -> Input:
        """A letter that this version cannot read, or not open, keeps its document stuck; not the partition."""
        try:
            return replace(self.subscriptions.read(dead_letters.from_letter(letter, self.sealer)), kept=letter.id)
        except Exception as error:
            record = Record(Place("letters", 0), letter.order, letter.key.encode(), None)
            return Input(Kind.UNREADABLE, letter.key, record, flaw=type(error).__name__, kept=letter.id)

    async def _keep_letters(self, settled: Mapping[str, Folded], groups: Mapping[str, list[Input]]) -> None:
        """Those that are still to lie aside are kept (again); those that a release has folded are thrown away."""
        aside = [
            dead_letters.to_letter(self._letter_id(one), key, one.record, self.sealer)
            for key, folded in settled.items()
            for one in folded.letters
        ]
        await self.store.keep(aside)
        still = {letter.id for letter in aside}
        for key, inputs in groups.items():
            if _takes_up(inputs):
                stored = await self.store.letters(key)
                await self.store.discard([letter for letter in stored if letter.id not in still])

    async def _note_holes(self, settled: Mapping[str, Folded]) -> None:
        now = self.clock.now()
        holes = [
            Hole(key, one.stream, *one.record.place, one.sequence, now)
            for key, folded in settled.items()
            for one in folded.holes
        ]
        if holes:
            await self.store.note(holes)

    def _letter_id(self, one: Input) -> str:
        return one.kept or letter_id(self.cluster, one.record)

    def _outgoing(self, settled: Mapping[str, Folded]) -> list[Message]:
        """Journals before events, documents in the order of the batch: the outbox of each, whole."""
        entries = [entry for folded in settled.values() for entry in folded.document.outbox]
        told = [message for entry in entries for message in journal.events(self.service, entry)]
        return [*(journal.record(self.service, entry) for entry in entries), *told]

    def _told(self, settled: Mapping[str, Folded], groups: Mapping[str, list[Input]]) -> list[Message]:
        """Dead letters for what is kept aside, and for partners' records whose command was refused (repeats too)."""
        new = {self._letter_id(one) for inputs in groups.values() for one in inputs}
        stuck = [
            self._dead(one.record, "stuck")
            for folded in settled.values()
            for one in folded.letters
            if self._letter_id(one) in new
        ]
        refused = [
            self._dead(one.record, "refused", answer.refused)
            for key, inputs in groups.items()
            for one in inputs
            if one.origin and (answer := settled[key].answer(one)) and answer.refused
        ]
        return stuck + refused

    def _dead(self, record: Record, reason: str, code: str = "") -> Message:
        self.count.add("dead_letters", reason=reason)
        return dead_letters.dead_letter(self.service, record, reason, self.clock.now(), self.sealer.seal, code=code)

    def _report(self, settled: Mapping[str, Folded], groups: Mapping[str, list[Input]], records: int) -> None:
        self.count.add("records", records)
        self.count.add("decisions", sum(len(f.fresh) for f in settled.values()))
        self.count.add("duplicates", sum(f.duplicates for f in settled.values()))
        self.count.add("holes", sum(len(f.holes) for f in settled.values()))
        for key, folded in settled.items():
            if folded.error:
                self.on_error(key, folded.error)
            for one in groups[key]:
                if one.kind is Kind.COMMAND and one.id in folded.document.ids:
                    self.on_answer(one.id, folded.document.ids[one.id])

    def _world(self) -> World:
        return World(self.service, self.cluster, self.clock.now(), self.deciders, dict(self.committed), self.view)


def _takes_up(inputs: Iterable[Input]) -> bool:
    return any(one.kind in (Kind.RELEASE, Kind.REPAIR) for one in inputs)
