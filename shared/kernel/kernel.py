"""The kernel: a batch of records in; documents, journal and events out. At least once in, effects exactly once.

    read -> group by key -> load -> fold -> guarded write -> journal -> publish -> (the caller commits the offsets)

A crash before the write leaves nothing; a crash after it brings the records again, which are then known, and the
document's outbox goes out again with the same bytes. Two writers of one document: the second misses its guard,
reloads and finds the work done. See docs/architecture.md.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from shared.clock import Clock
from shared.errors import BadRecord
from shared.ids import Ids
from shared.kernel import dead_letters, journal
from shared.kernel.batch import Batch, sliced
from shared.kernel.decider import Decider
from shared.kernel.document import REUSED, Answer, Entry, Recalled
from shared.kernel.fold import fold
from shared.kernel.limit import Limit
from shared.kernel.loading import Loader
from shared.kernel.ports import Bus, Counter, Hole, Sealer, Store
from shared.kernel.record import TAKES_UP, Input, Kind, Message, Place, Record, Subscriptions, letter_id
from shared.kernel.step import World
from shared.kernel.streams import HORIZON, Forgotten, Horizon


@dataclass
class Kernel:
    """`committed`: per owned partition, the offset below which every effect is stored and published.

    `on_answer(document, command id, answer)` is called once a command's effects are published. `within`: the limit of the parts
    that compute, and so wait for nothing. `limit`: of what cannot be used. `on_reused`: what is told of a partner's record
    whose id was used before for something else: nobody decides about it. `forget`: what the store remembers. `horizon`: see
    shared.kernel.streams. `run`: of reading, from one break to the next: see shared.kernel.fold.pending.
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
    on_answer: Callable[[str, str, Answer], None] = lambda _key, _id, _answer: None
    on_error: Callable[[str, BaseException], None] = lambda _key, _error: None
    committed: dict[Place, int] = field(default_factory=dict)
    within: Callable[[], AbstractContextManager[None]] = nullcontext
    limit: Limit = field(default_factory=Limit)
    on_reused: Callable[[Input], Sequence[Message]] = lambda _input: ()
    forget: Callable[[], None] = lambda: None
    horizon: Horizon = HORIZON
    run: str = field(init=False)

    def __post_init__(self) -> None:
        self.run = self.ids.new()
        self._loader = Loader(self.cluster, self.store, self.subscriptions, self.deciders, self.sealer, self.on_error)

    def begin_anew(self) -> None:
        """Records may come again from here on, or others may write what was ours: nothing that is remembered holds."""
        self.run = self.ids.new()
        self.forget()

    async def process(self, records: Sequence[Record], failing: Collection[Record] = ()) -> None:
        """Returns when every effect of the records is stored and acknowledged; the caller may then commit them.

        `failing`: those that nobody is to look into any more: their documents become stuck.
        """
        batch = await self.fold(records, failing)
        await self.write(batch)
        await self.tell(batch)

    async def fold(
        self, records: Sequence[Record], failing: Collection[Record] = (), ahead: Sequence[Batch] = ()
    ) -> Batch:
        """Everything decided, nothing stored. `ahead`: batches before this one that are not through, in order: it builds
        on what they have made of its documents.
        """
        self.limit.check()
        with self.within():
            inputs, dead = self._read(records, failing)
        batch = Batch(len(records), dead)
        for one in inputs:
            batch.groups[one.key].append(one)
            if one.kind in TAKES_UP:
                batch.taking_up.add(one.key)
        if ahead and batch.taking_up:
            await ahead[-1].written.wait()  # what they lay aside is to be taken up, too
        await self._fold(batch, batch.groups, ahead)
        return batch

    async def write(self, batch: Batch) -> None:
        """Documents, guarded: one that another writer has changed is folded anew, by each batch that has built on it, also
        where nothing is to be written. Then what lies aside, and holes.
        """
        if stale := batch.stale():
            await self._fold_anew(batch, stale)
        batch.built_on.clear()
        todo, tries = batch.changed(batch.groups), 0
        while todo:
            missed = await self.store.write([(batch.before[key].rev, batch.settled[key].document) for key in todo])
            if missed:
                tries += 1
                await asyncio.sleep(0.005 * tries)
                await self._fold_anew(batch, missed)
            todo = batch.changed(missed)
        await self._keep_letters(batch)
        await self._note_holes(batch)
        batch.written.set()

    async def tell(self, batch: Batch) -> None:
        """The journal, in collection and topic, and what others are told: all acknowledged."""
        entries = batch.entries()
        told = [*batch.dead, *self._outgoing(entries), *self._told(batch)]
        both = await asyncio.gather(self.store.append(entries), self.bus.publish(told), return_exceptions=True)
        for error in filter(None, both):
            raise error
        self._report(batch)

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

    async def _fold(self, batch: Batch, keys: Collection[str], ahead: Sequence[Batch] = ()) -> None:
        batch.before |= await self._loader.documents(keys, batch.build_on(ahead, keys))
        letters = {key: await self._loader.letters(key) for key in batch.taking_up.intersection(keys)}
        world = self._world()
        for some in sliced(keys):
            with self.within():
                forgotten = [key for key in some if not self._settle(batch, key, world, letters)]
            for key in forgotten:
                inputs = [*batch.groups[key], *letters.get(key, ())]
                recalled = await self._loader.recalled(batch.before[key], inputs)
                with self.within():
                    self._settle(batch, key, world, letters, recalled)
            await asyncio.sleep(0)  # batches ahead, and the broker's acknowledgements, wait for this thread
        self.limit.look([message.key for message in batch.dead], [batch.settled[key] for key in keys])

    async def _fold_anew(self, batch: Batch, keys: Collection[str]) -> None:
        """On what another writer has made of them."""
        self.count.add("guard_misses", len(keys))
        await self._fold(batch, keys)

    def _settle(
        self, batch: Batch, key: str, world: World, letters: Mapping[str, list[Input]], recalled: Recalled = None
    ) -> bool:
        """Folds all of one key; False: it is to be told what its journal knows first."""
        try:
            batch.settled[key] = fold(batch.before[key], batch.groups[key], world, letters.get(key, ()), recalled)
        except Forgotten:
            return False
        return True

    async def _keep_letters(self, batch: Batch) -> None:
        """Those that are still to lie aside are kept (again); those that a release has folded are thrown away."""
        aside = [
            dead_letters.to_letter(self._letter_id(one), key, one.record, self.sealer)
            for key, folded in batch.settled.items()
            for one in folded.letters
        ]
        await self.store.keep(aside)
        still = {letter.id for letter in aside}
        for key in batch.taking_up:
            stored = await self.store.letters(key)
            await self.store.discard([letter for letter in stored if letter.id not in still])

    async def _note_holes(self, batch: Batch) -> None:
        now = self.clock.now()
        holes = [
            Hole(key, one.stream, *one.record.place, one.sequence, now)
            for key, folded in batch.settled.items()
            for one in folded.holes
        ]
        if holes:
            await self.store.note(holes)

    def _letter_id(self, one: Input) -> str:
        return one.kept or letter_id(self.cluster, one.record)

    def _outgoing(self, entries: Sequence[Entry]) -> list[Message]:
        """Journals before events."""
        told = [message for entry in entries for message in journal.events(self.service, entry)]
        return [*(journal.record(self.service, entry) for entry in entries), *told]

    def _told(self, batch: Batch) -> list[Message]:
        """Dead letters for what is kept aside, and for partners' records whose command was refused (repeats too); and what
        `on_reused` makes of them.
        """
        stuck = [
            self._dead(one.record, "stuck")
            for key, folded in batch.settled.items()
            if folded.letters
            for one in self._just_come(folded.letters, batch.groups[key])
        ]
        refused = [
            (one, answer.refused)
            for key, inputs in batch.groups.items()
            for one in inputs
            if one.origin and (answer := batch.settled[key].answer(one)) and answer.refused
        ]
        dead = [self._dead(one.record, "refused", code) for one, code in refused]
        return [*stuck, *dead, *(said for one, code in refused if code == REUSED for said in self.on_reused(one))]

    def _just_come(self, letters: Sequence[Input], inputs: Sequence[Input]) -> list[Input]:
        new = {self._letter_id(one) for one in inputs}
        return [one for one in letters if self._letter_id(one) in new]

    def _dead(self, record: Record, reason: str, code: str = "") -> Message:
        self.count.add("dead_letters", reason=reason)
        return dead_letters.dead_letter(self.service, record, reason, self.clock.now(), self.sealer.seal, code=code)

    def _report(self, batch: Batch) -> None:
        settled = batch.settled.values()
        self.count.add("records", batch.records)
        self.count.add("decisions", sum(len(f.fresh) for f in settled))
        self.count.add("duplicates", sum(f.duplicates for f in settled))
        self.count.add("holes", sum(len(f.holes) for f in settled))
        for key, folded in batch.settled.items():
            if folded.error:
                self.on_error(key, folded.error)
            for one in batch.groups[key]:
                if one.kind is Kind.COMMAND and one.id in folded.document.ids:
                    self.on_answer(key, one.id, folded.document.ids[one.id])

    def _world(self) -> World:
        return World(
            self.service, self.cluster, self.clock.now(), f"{self.run}.{self.ids.new()}", self.deciders,
            dict(self.committed), self.view, self.horizon,
        )  # fmt: skip
