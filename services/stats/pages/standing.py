"""How the network stands, put together from what each process last said of itself. Pure: the same words and time give the
same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from shared.status.records import SILENT_AFTER, Status, Stream, Verified

LOST_FOR = timedelta(minutes=10)
"""How long a process that fell silent is told of while others of its service speak."""
State = Literal["ready", "waiting", "silent", "stopped", "unheard"]


class Word(NamedTuple):
    """A process' last one. `since`: when it came, by our clock."""

    said: Status
    since: datetime


class Row(NamedTuple):
    """One reader on one topic. `end`: as far as anybody has told. `known`: its service speaks, so the rest is of now."""

    topic: str
    service: str
    reader: str
    end: int
    lag: int
    behind: float
    known: bool


@dataclass(frozen=True)
class Line:
    """A service. `since`: of its state: when it was last heard, or its oldest process began. `replicas`: those that
    speak; `lost`: that fell silent lately. `letters`: reason → open dead letters, None where they were not told.
    """

    service: str
    state: State
    since: datetime | None = None
    replicas: int = 0
    lost: int = 0
    waiting_for: tuple[str, ...] = ()
    letters: Mapping[str, int] | None = None
    stuck: int = 0
    aside: int = 0
    due: int = 0
    overdue: int = 0
    unpublished: int = 0

    @property
    def well(self) -> bool:
        return self.state == "ready" and not (self.lost or self.stuck)


class Oldest(NamedTuple):
    """Of the cases without a supporter: since when it waits, why, and how many `cases` there are in all."""

    since: datetime
    reason: str
    cases: int


@dataclass(frozen=True)
class Network:
    """All that the page shows. `at`: to the minute, so that nothing changes while nothing happens."""

    at: datetime
    lines: Sequence[Line]
    rows: Sequence[Row]
    oldest: Oldest | None
    verified: Verified | None

    @property
    def troubled(self) -> list[Line]:
        return [line for line in self.lines if not line.well]


def network(
    words: Mapping[str, Sequence[Word]], now: datetime, oldest: Oldest | None, verified: Verified | None
) -> Network:
    """`words`: by service, each that there is, with its processes in any order."""
    lines = [line(service, said, now) for service, said in words.items()]
    return Network(now.replace(second=0, microsecond=0), lines, list(_rows(words, now)), oldest, verified)


def line(service: str, words: Sequence[Word], now: datetime) -> Line:
    speaking = [word for word in words if _speaks(word, now)]
    if not words:
        return Line(service, "unheard")
    if not speaking:
        last = max(words, key=lambda word: word.since)
        return _filled(service, "stopped" if last.said.stopped else "silent", last.since, [last])
    waiting = tuple(sorted({one for word in speaking for one in word.said.waiting_for}))
    began = min(word.said.began for word in speaking)
    lost = sum(not _speaks(word, now) and not word.said.stopped and now - word.since < LOST_FOR for word in words)
    return _filled(service, "waiting" if waiting else "ready", began, speaking, len(speaking), lost, waiting)


def _filled(
    service: str, state: State, since: datetime, words: Sequence[Word], replicas: int = 0, lost: int = 0,
    waiting_for: tuple[str, ...] = (),
) -> Line:  # fmt: skip
    """Replicas share a database, so what waits there each of them tells alike: the newest word counts."""
    newest = max(words, key=lambda word: word.since).said
    letters = next((word.said.letters for word in words if word.said.letters is not None), None)
    return Line(
        service, state, since, replicas, lost, waiting_for, newest.letters if newest.letters is not None else letters,
        newest.stuck, newest.aside, newest.due, newest.overdue, max(word.said.unpublished for word in words),
    )  # fmt: skip


def _speaks(word: Word, now: datetime) -> bool:
    return not word.said.stopped and (now - word.since).total_seconds() < SILENT_AFTER


def _rows(words: Mapping[str, Sequence[Word]], now: datetime) -> Iterator[Row]:
    """A reader of a service that is silent has not read on since; its topics may have grown, as other readers tell."""
    counted = {service: _streams(said, now) for service, said in words.items()}
    ends: Counter[str] = Counter()
    for streams in counted.values():
        for stream in streams:
            ends[stream.topic] = max(ends[stream.topic], stream.end)
    for service, streams in counted.items():
        known = any(_speaks(word, now) for word in words[service])
        for s in streams:
            lag = s.lag if known else s.lag + ends[s.topic] - s.end
            yield Row(s.topic, service, s.reader, ends[s.topic], lag, s.behind, known)


def _streams(words: Sequence[Word], now: datetime) -> list[Stream]:
    """Each process tells of the partitions that are its own: together that is the topic."""
    speaking = [word for word in words if _speaks(word, now)] or sorted(words, key=lambda word: word.since)[-1:]
    found: dict[tuple[str, str], list[Stream]] = defaultdict(list)
    for stream in (stream for word in speaking for stream in word.said.streams):
        found[stream.topic, stream.reader].append(stream)
    return [_sum(parts) for _, parts in sorted(found.items())]


def _sum(parts: Iterable[Stream]) -> Stream:
    first, *rest = parts
    for part in rest:
        first = first.model_copy(
            update={"end": first.end + part.end, "lag": first.lag + part.lag, "behind": max(first.behind, part.behind)}
        )
    return first
