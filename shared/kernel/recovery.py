"""Reading documents back from their journal. Pure.

A journal holds all that a document is made of: its own events, and of each input what it was and where it lay. So a
document that is read back knows its inputs again, continues its streams at the next number, and gives the same answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.errors import DomainError
from shared.kernel.decider import Decider
from shared.kernel.document import Document, Entry
from shared.kernel.step import Committed, answer, refold
from shared.kernel.streams import HORIZON, Horizon, Sent, Streams


@dataclass(frozen=True)
class Known:
    """What a recovery knows besides journal and document. `committed`: of the service's group, in this cluster."""

    cluster: str
    committed: Committed
    deciders: Mapping[str, Decider[Any]]
    horizon: Horizon = HORIZON

    def is_out(self, entry: Entry) -> bool:
        """Are its effects on Kafka for certain? If not, its record comes again and brings it out. An older cluster's
        are: this broker has been told them all.
        """
        cause = entry.cause
        return cause.cluster != self.cluster or cause.offset < self.committed.get(cause.place, 0)


class CannotFold(DomainError):
    """This version of the code cannot make a state of the journal."""


def recover(document: Document, entries: Sequence[Entry], known: Known) -> Document:
    """The document after these entries, which continue it: equal, but for `rev`, to the one that was lost.

    Raises CannotFold; `unfolded` then is the document that keeps its place until a version comes that can.
    """
    after = _noted(document, entries, known)
    rules = known.deciders.get(document.kind)
    if rules is None or (document.version and document.evolve != rules.number):
        raise CannotFold(f"{document.key} is not for this version")
    try:
        state = refold(rules, entries, document.state)
        due = rules.due(rules.state.model_validate(state))
    except Exception as error:  # whatever stands in a journal: this document's matter alone
        raise CannotFold(f"{document.key} cannot be folded") from error
    return replace(after, state=state, due=due, evolve=rules.number)


def unfolded(document: Document, entries: Sequence[Entry], known: Known) -> Document:
    """Stuck, with no state: nothing is decided on it. A release, under code that can, folds its journal anew."""
    after = _noted(document, entries, known)
    return replace(after, state={}, due=None, evolve=0, stuck=f"{after.key}:{after.version}")


def _noted(document: Document, entries: Sequence[Entry], known: Known) -> Document:
    """All but what the state makes. A stuck document was released, or nothing would follow."""
    if not entries:
        return document
    for entry in entries:
        document = _note(document, entry, known)
    return replace(document, stuck=None)


def _note(document: Document, entry: Entry, known: Known) -> Document:
    if entry.position != document.version + 1:
        raise ValueError(f"{document.key} is at {document.version}: position {entry.position} does not follow")
    cause = entry.cause
    noted = replace(
        document,
        version=entry.position,
        streams=_streams(document.streams, entry, known.horizon),
        at=document.at if entry.stream or entry.kept else (cause.cluster, cause.offset),
        outbox=document.outbox if known.is_out(entry) else (*document.outbox, entry),
    )
    if entry.command is None:
        return noted
    below = known.committed.get(cause.place, 0)
    return replace(noted, ids=noted.answered(entry.command, answer(entry), below))


def _streams(before: Streams, entry: Entry, horizon: Horizon) -> Streams:
    heard = {entry.stream: entry.sequence} if entry.stream and entry.sequence else {}
    told = {
        f"{event['topic']}|{event['key']}": Sent(event["sequence"], event.get("began", 0))
        for event in entry.events
        if event["topic"]
    }
    return before.after(heard, told, int(datetime.fromisoformat(entry.at).timestamp()), horizon)


def same(one: Entry, other: Entry) -> bool:
    """Is it the same decision? What brought it out, after a loss of the broker, may be another record."""
    return replace(one, cause=other.cause) == other


def following(version: int, entries: Iterable[Entry]) -> list[Entry]:
    """Those that continue a document at this version, in order and without a gap; of copies the first."""
    by_position: dict[int, Entry] = {}
    for entry in entries:
        by_position.setdefault(entry.position, entry)
    run: list[Entry] = []
    while (position := version + len(run) + 1) in by_position:
        run.append(by_position[position])
    return run
