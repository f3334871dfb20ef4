"""Folding inputs into one document. Pure: the same document, inputs and world give the same result."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shared.errors import NewerVersion
from shared.kernel.document import Answer, Cause, Document, Entry, Recalled
from shared.kernel.record import TAKES_UP, Input, Kind, letter_id
from shared.kernel.step import World, cause_of, step


@dataclass(slots=True)
class Folded:
    """The outcome for one key. `fresh`: its new journal entries. `letters`: inputs to lie aside while it is stuck.
    `holes`: events ahead of a missing one. `waiting`: bytes of the outbox. `recalled`: what its journal was asked for.
    """

    document: Document
    changed: bool = False
    fresh: list[Entry] = field(default_factory=list)
    letters: list[Input] = field(default_factory=list)
    duplicates: int = 0
    holes: list[Input] = field(default_factory=list)
    waiting: int = 0
    recalled: Recalled = None
    error: BaseException | None = None

    def answer(self, one: Input) -> Answer | None:
        """What became of this command."""
        known = self.document.ids.get(one.id) if one.kind is Kind.COMMAND else None
        return known and known.to(one.hash)


def fold(
    document: Document, inputs: Sequence[Input], world: World, letters: Sequence[Input] = (), recalled: Recalled = None
) -> Folded:
    """`letters`: what lies aside for the document; they matter only where a release is among the inputs. `recalled`: of all
    streams among these.

    Raises NewerVersion: the inputs are for a process of that version; Forgotten: it is to be called with `recalled`.
    """
    outbox = pending(document, inputs, world)
    adopted = bool(outbox) and not world.wrote(document)
    waiting = sum(len(entry.text) for entry in outbox)
    if outbox != document.outbox:
        document = document.but(outbox=outbox)
    if adopted:
        document = document.but(rev=world.token)
    folded = Folded(document, adopted, letters=list(letters), waiting=waiting, recalled=recalled)
    for one in inputs:
        _fold_one(folded, one, world)
    return folded


def pending(document: Document, inputs: Sequence[Input], world: World) -> tuple[Entry, ...]:
    """Entries not known to be on Kafka. Those that nothing will bring back take the record in hand as their cause.

    Whoever commits a record has told what came of it: that is known of this run of reading alone. One that went on after the
    group had gone on without it may have folded a record behind the committed offset, which its successor's consumer had
    passed over, and ended before it told. So the outbox that another run has left goes out once more, and the document is
    written as ours: else each repeat would be answered with repeats, for ever.
    """
    ours = world.wrote(document)
    return tuple(
        entry if _will_come_back(entry, world) else replace(entry, cause=cause_of(inputs[0], world))
        for entry in document.outbox
        if not (ours and _is_out(entry.cause, world))
    )


def _is_out(cause: Cause, world: World) -> bool:
    return cause.cluster == world.cluster and cause.offset < world.committed.get(cause.place, -1)


def _will_come_back(entry: Entry, world: World) -> bool:
    owned = entry.cause.cluster == world.cluster and entry.cause.place in world.committed
    return owned and not _is_out(entry.cause, world)


def _fold_one(folded: Folded, one: Input, world: World) -> None:
    document = folded.document
    if one.kind in TAKES_UP:
        _take_up(folded, one, world)
    elif document.knows(one, world.cluster, folded.recalled):
        folded.duplicates += 1
    elif document.stuck:
        if one.kind is not Kind.TICK:
            folded.letters.append(one)
    elif document.misses(one, folded.recalled):
        folded.holes.append(one)
    else:
        _apply(folded, one, world)


def _take_up(folded: Folded, word: Input, world: World) -> None:
    """What lies aside is folded, in its order; a repair leaves a stuck document so. One that comes again does no harm."""
    aside, folded.letters = folded.letters, []
    if folded.document.stuck and word.kind is Kind.RELEASE:
        folded.document, folded.changed = folded.document.but(stuck=None, rev=world.token), True
    for one in aside:
        kept = one.kept or letter_id(world.cluster, one.record)
        _fold_one(folded, one._replace(kept=kept, release=word.record), world)


def _apply(folded: Folded, one: Input, world: World) -> None:
    try:
        after, entry = step(folded.document, one, world)
        if entry is None:
            return
        waiting = folded.waiting + len(entry.text)
        folded.document = after.weighed(waiting)
    except NewerVersion:
        raise
    except Exception as error:  # whatever our own code raises is this document's matter alone
        folded.error = error
        folded.document = folded.document.but(stuck=str(one.record), rev=world.token)
        folded.letters.append(one)
        folded.changed = True
        return
    folded.changed, folded.waiting = True, waiting
    folded.fresh.append(entry)
