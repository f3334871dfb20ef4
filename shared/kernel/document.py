"""A document: the state of one matter, and what is known of its inputs and outputs. The unit of every write."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from pydantic_core import from_json

from shared.errors import DomainError
from shared.kernel import streams
from shared.kernel.record import NUMBERED, Input, Kind, Place, encode
from shared.kernel.streams import Forgotten, Streams

KEEP_IDS = 64
KEEP_IDS_MS = 10 * 60 * 1000
MAX_BYTES = 1_000_000
"""A document that would grow beyond this is stuck: the database's own limit is 16 MB, and long before it all is slow."""
STREAM_BYTES = 50
"""Of a stream's name and number as stored, about."""


Recalled = Mapping[str, int] | None
"""Stream → number of the last event, of those that its journal was asked for; None: it was not asked."""


class Cause(NamedTuple):
    """Where the record that led to a decision lies. `cluster`: offsets mean nothing in another one."""

    cluster: str
    topic: str
    partition: int
    offset: int

    @property
    def place(self) -> Place:
        return Place(self.topic, self.partition)


REUSED = "id_reused"
REUSED_MESSAGE = "this id was used before for something else: use a new one"


@dataclass(frozen=True)
class Answer:
    """What became of a command: `hash` of its content, the position it led to, the refusal if it was refused."""

    hash: str
    position: int
    at_ms: int
    offset: int
    refused: str | None = None
    message: str | None = None

    def to(self, hash: str) -> "Answer":
        """The answer for who asked this: not that of another, who used the same id for something else."""
        if self.hash == hash:
            return self
        return replace(self, refused=REUSED, message=REUSED_MESSAGE)


@dataclass(slots=True)  # frozen, it would take three times as long to make
class Entry:
    """One decision: a line of the journal. Never changed. `stream` and `sequence`, or `command`, say what it answers.

    `events`: [{type, id, data, topic, key, sequence}] in order; topic, key and sequence are None for the journal's own. Where
    the stream began anew, `began` is beside them: the position at which it did (shared.kernel.streams).
    `by`: who sent the command, role and id. `hash`: of its content. `kept`: its input had lain aside, and its cause is
    the release.
    """

    document: str
    position: int
    at: str
    cause: Cause
    stream: str | None
    sequence: int | None
    command: str | None
    answer: dict[str, str] | None
    events: list[dict[str, Any]]
    hash: str | None = None
    kept: bool = False
    by: str | None = None
    _text: str = field(default="", init=False, compare=False, repr=False)

    @property
    def text(self) -> str:
        """As it is stored and told: JSON, made once."""
        if not self._text:
            self._text = _json(entry_stored(self))
        return self._text


@dataclass(frozen=True)
class Document:
    """See docs/architecture.md for each field. Never changed in place. `size`: about how many bytes when stored; 0: unknown."""

    key: str
    rev: str = ""
    version: int = 0
    state: dict[str, Any] = field(default_factory=dict)
    evolve: int = 0
    streams: Streams = field(default_factory=Streams)
    at: tuple[str, int] = ("", -1)
    ids: dict[str, Answer] = field(default_factory=dict)
    due: datetime | None = None
    outbox: tuple[Entry, ...] = ()
    stuck: str | None = None
    size: int = field(default=0, compare=False)

    @property
    def kind(self) -> str:
        return self.key.partition("-")[0]

    def but(self, **changes: Any) -> "Document":
        """With other values in these fields: dataclasses.replace, in a sixth of its time."""
        other = object.__new__(Document)
        vars(other).update(vars(self), **changes)
        return other

    def weighed(self, waiting: int) -> "Document":
        """Itself, which nobody else has yet. `waiting`: bytes of the outbox. Raises DomainError where it would be too large."""
        size = len(encode(self.state)) + STREAM_BYTES * len(self.streams) + waiting
        if size > MAX_BYTES:
            raise DomainError(f"{self.key} would pass {MAX_BYTES} bytes")
        vars(self)["size"] = size
        return self

    def knows(self, an: Input, cluster: str, recalled: Recalled = None) -> bool:
        """Has this input been folded before? Raises Forgotten."""
        if an.kind in NUMBERED:
            return bool(an.stream) and an.sequence <= self.heard(an, recalled)
        folded = not an.kept and self.at[0] == cluster and an.record.offset <= self.at[1]
        return folded or (an.kind is Kind.COMMAND and an.id in self.ids)

    def misses(self, an: Input, recalled: Recalled = None) -> bool:
        """Is there an earlier event of its stream that has not come yet? Raises Forgotten."""
        return an.kind in NUMBERED and bool(an.stream) and an.sequence > self.heard(an, recalled) + 1

    def heard(self, an: Input, recalled: Recalled) -> int:
        """The number of the last event of its stream that was folded. Raises Forgotten."""
        last = self.streams.heard(an.stream)
        if last is not None or not self.streams.doubts(an.sequence, an.time):
            return last or 0
        if recalled is None:
            raise Forgotten(self.key)
        return recalled.get(an.stream, 0)

    def marked(self, an: Input, cluster: str) -> dict[str, Any]:
        """The fields by which it knows from now on an input that is no event."""
        return {} if an.kind is Kind.EVENT or an.kept else {"at": (cluster, an.record.offset)}

    def answered(self, id: str, answer: Answer, committed: int) -> dict[str, Answer]:
        """The answers with this one; without those that are committed, older than ten minutes and not among the last 64."""
        ids = {**self.ids, id: answer}
        for old in list(ids)[:-KEEP_IDS]:
            if ids[old].offset < committed and ids[old].at_ms < answer.at_ms - KEEP_IDS_MS:
                del ids[old]
        return ids


def to_stored(document: Document) -> dict[str, Any]:
    """For the database. `memory` is what the kernel alone reads, as one text: hundreds of fields of their own would double
    the cost of a write. The entries of the outbox are JSON; all else can be asked for.
    """
    memory = {
        "streams": streams.to_stored(document.streams),
        "at": document.at,
        "ids": {id: vars(answer) for id, answer in document.ids.items()},
    }
    return {
        "_id": document.key,
        "rev": document.rev,
        "version": document.version,
        "state": document.state,
        "evolve": document.evolve,
        "due": document.due,
        "stuck": document.stuck,
        "memory": _json(memory),
        "outbox": [entry.text for entry in document.outbox],
    }


def from_stored(stored: dict[str, Any]) -> Document:
    rest = {name: value for name, value in stored.items() if name != "_id"}
    rest |= from_json(rest.pop("memory"))
    old = rest.pop("seen", {}), rest.pop("sent", {})
    rest["streams"] = streams.from_stored(rest["streams"]) if "streams" in rest else streams.of_old(*old)
    rest["at"] = tuple(rest["at"])
    rest["ids"] = {id: Answer(**answer) for id, answer in rest["ids"].items()}
    rest["outbox"] = tuple(entry_from(from_json(entry)) for entry in rest["outbox"])
    return Document(key=stored["_id"], **rest)


def entry_stored(entry: Entry) -> dict[str, Any]:
    """What few entries have is left out of the others."""
    stored = {
        "document": entry.document,
        "position": entry.position,
        "at": entry.at,
        "cause": entry.cause._asdict(),
        "stream": entry.stream,
        "sequence": entry.sequence,
        "command": entry.command,
        "answer": entry.answer,
        "events": entry.events,
    }
    few = {"hash": entry.hash, "kept": entry.kept, "by": entry.by}
    return stored | {name: value for name, value in few.items() if value}


def entry_from(stored: dict[str, Any]) -> Entry:
    return Entry(**{**stored, "cause": Cause(**stored["cause"])})


def _json(value: Any) -> str:
    return encode(value).decode()
