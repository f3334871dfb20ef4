"""The journal topic → the journal and the documents of a database. Nothing that is there is ever written over."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared import logs
from shared.ids import Ids
from shared.kernel.document import Document, Entry, entry_from
from shared.kernel.ports import Counter
from shared.kernel.record import Record
from shared.kernel.recovery import CannotFold, Known, following, recover, same, unfolded
from shared.store import MongoStore

Line = tuple[str, int]


@dataclass
class Tally:
    """`read`: entries looked at; `entries`: those the journal lacked; `documents`: those that were behind; `rows`: those
    that shelves lacked. `gaps`: documents whose journal has a hole before what was read. `conflicts`: positions of
    which another decision is told. `unfit`: documents that this version cannot fold. `unread`: records that it cannot
    read.
    """

    read: int = 0
    entries: int = 0
    documents: set[str] = field(default_factory=set)
    rows: int = 0
    gaps: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)
    unfit: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)

    @property
    def alarms(self) -> list[str]:
        """What a person must look at."""
        return [
            *(f"{line}: the journal topic says something else than the database" for line in sorted(self.conflicts)),
            *(f"{key}: the journal topic has a gap" for key in sorted(self.gaps)),
            *(f"{key}: this version cannot fold its journal" for key in sorted(self.unfit)),
            *(f"{record}: this version cannot read it" for record in sorted(self.unread)),
        ]


@dataclass
class Decisions:
    """Of one service. What contradicts itself is alarmed, and its document is stuck: nothing more is said of it."""

    store: MongoStore
    known: Known
    ids: Ids
    count: Counter
    tally: Tally = field(default_factory=Tally)

    async def take(self, records: Sequence[Record]) -> None:
        """Records of the journal topic, in its order. May be given again, or to several processes at once."""
        told: dict[str, list[Entry]] = defaultdict(list)
        for record in records:
            self.tally.read += 1
            try:
                entry = entry_from(json.loads(record.value or b""))
                told[entry.document].append(entry)
            except (ValueError, TypeError, KeyError):
                await self._unreadable(record)
        await self._take(told)

    async def _take(self, told: Mapping[str, Sequence[Entry]]) -> None:
        lines = await self.store.lines({_line(entry) for entries in told.values() for entry in entries})
        versions = await self.store.versions(told)
        todo = {key for key, entries in told.items() if _is_news(entries, lines, versions.get(key, 0))}
        todo |= {key for key, entries in told.items() if any(_conflicts(entries, lines))}
        while todo:
            found = await self.store.load(todo)
            documents = {key: found.get(key) or Document(key) for key in todo}
            unfair = {key: name for key in todo if (name := self._contradiction(documents[key], told[key], lines))}
            fair = {key: told[key] for key in todo - set(unfair)}
            await self._complete(fair, lines)
            after = [await self._continued(documents[key], entries) for key, entries in fair.items()]
            after += [_held_up(documents[key], name) for key, name in unfair.items()]
            todo = await self._write([document for document in after if document is not documents[document.key]])

    async def _unreadable(self, record: Record) -> None:
        """Whatever it says (a newer version's, perhaps): its document must not decide that position anew."""
        self._alarm(self.tally.unread, str(record), "journal record unreadable")
        key = (record.key or b"").decode(errors="replace")
        while key:
            document = (await self.store.load([key])).get(key) or Document(key)
            if document.stuck or not await self._write([_held_up(document, str(record))]):
                return

    def _contradiction(self, document: Document, told: Sequence[Entry], lines: Mapping[Line, Entry]) -> str | None:
        """The first position of which another decision is told."""
        waiting = {_line(entry): entry for entry in document.outbox}
        conflicts = [_name(entry) for entry in _conflicts(told, {**waiting, **lines})]
        for name in conflicts:
            self._alarm(self.tally.conflicts, name, "journal conflict")
        return conflicts[0] if conflicts else None

    async def _complete(self, told: Mapping[str, Sequence[Entry]], lines: dict[Line, Entry]) -> None:
        """The journal before the documents: a crash in between leaves documents that are merely behind."""
        fresh: dict[Line, Entry] = {}
        for entry in (entry for entries in told.values() for entry in entries if _line(entry) not in lines):
            fresh.setdefault(_line(entry), entry)
        await self.store.append(list(fresh.values()))
        self.tally.entries += len(fresh)
        lines |= fresh

    async def _continued(self, document: Document, told: Sequence[Entry]) -> Document:
        """The document itself where it is not behind."""
        last = max(entry.position for entry in told)
        if last <= document.version:
            return document
        base = self._base(document)
        entries = following(base.version, told)
        if base is not document or base.version + len(entries) < last or document.key in self.tally.gaps:
            entries = following(base.version, await self.store.journal(document.key))
        if base.version + len(entries) < last:
            self.tally.gaps.add(document.key)
        return self._recovered(base, entries) if entries else document

    def _base(self, document: Document) -> Document:
        """What to build on: nothing, where an older evolve made the state."""
        rules = self.known.deciders.get(document.kind)
        if rules and document.version and document.evolve < rules.number:
            return Document(document.key, document.rev)
        return document

    def _recovered(self, document: Document, entries: Sequence[Entry]) -> Document:
        try:
            return recover(document, entries, self.known)
        except CannotFold as error:
            self._alarm(self.tally.unfit, document.key, f"journal not foldable: {error}")
            return unfolded(document, entries, self.known)

    async def _write(self, after: Sequence[Document]) -> set[str]:
        """Returns those that somebody else has written meanwhile."""
        missed = await self.store.write([(document.rev, replace(document, rev=self.ids.new())) for document in after])
        self.tally.documents |= {document.key for document in after} - missed
        return missed

    async def close_gaps(self) -> None:
        """After all was read: a document whose journal still lacks a decision must not make it anew."""
        open_, self.tally.gaps = self.tally.gaps, set()
        documents = await self.store.load(open_)
        for key in open_:
            document = documents.get(key) or Document(key)
            if [entry for entry in await self.store.journal(key) if entry.position > document.version]:
                self._alarm(self.tally.gaps, key, "journal gap")
                await self._write([replace(document, stuck=document.stuck or f"{key}:{document.version + 1}")])

    def _alarm(self, kind: set[str], what: str, event: str) -> None:
        if what not in kind:
            self.count.add("journal_alarms")
        kind.add(what)
        logs.logger().error(event, what=what)


def _is_news(told: Sequence[Entry], lines: Mapping[Line, Entry], version: int) -> bool:
    return any(entry.position > version or _line(entry) not in lines for entry in told)


def _conflicts(told: Sequence[Entry], there: Mapping[Line, Entry]) -> Iterable[Entry]:
    """What is told otherwise than it stands, or than it was told before."""
    first = dict(there)
    for entry in told:
        if not same(first.setdefault(_line(entry), entry), entry):
            yield entry


def _held_up(document: Document, at: str) -> Document:
    return document if document.stuck else replace(document, stuck=at)


def _line(entry: Entry) -> Line:
    return entry.document, entry.position


def _name(entry: Entry) -> str:
    return f"{entry.document}:{entry.position}"
