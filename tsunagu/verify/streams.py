"""I5, on the topics: streams are whole and can be read in order, and repeats are the same to the byte."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tsunagu.verify import wiring
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.report import Report
from tsunagu.verify.topics import Identity, Told


def check(evidence: Evidence, report: Report) -> None:
    for topic, events in evidence.events.items():
        if topic.endswith((".commands", ".dead-letters")) or wiring.is_partners(topic):
            continue
        report.checked["I5"] += len(events)
        _repeats(events, report)
        _places(topic, events, report)
        if topic not in wiring.COMPACTED:
            _order(topic, events, report)


def _repeats(events: Mapping[Identity, Sequence[Told]], report: Report) -> None:
    for identity, copies in events.items():
        if len({told.value for told in copies}) > 1 and len({_content(told) for told in copies}) > 1:
            report.add("I5", "repeat with other bytes", f"{identity}: {', '.join(map(str, copies))}")


def _content(told: Told) -> tuple[str | None, bytes]:
    """Of a journal's line without its cause: after a loss of the broker another record brings it out."""
    if not told.place.topic.endswith(".journal"):
        return told.head.get("type"), told.value
    entry = {**json.loads(told.value), "cause": None}
    return told.head.get("type"), json.dumps(entry, sort_keys=True).encode()


def _places(topic: str, events: Mapping[Identity, Sequence[Told]], report: Report) -> None:
    """All of a document's events in one partition: elsewhere there is no order."""
    homes: dict[tuple[str, str], int] = {}
    for identity, (first, *_) in events.items():
        home = homes.setdefault(identity[:2], first.place.partition)
        if home != first.place.partition:
            report.add("I5", "two partitions", f"{topic}: {identity} is in {first.place.partition}, not in {home}")


def _order(topic: str, events: Mapping[Identity, Sequence[Told]], report: Report) -> None:
    """Whoever reads a stream, dropping repeats and what is ahead of a hole, has all of it in the end: a publication that
    failed half way may have told a later one first, but then it was told again, in order.
    """
    tellings: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for identity, copies in events.items():
        if isinstance(identity.number, int):
            tellings[identity[:2]] += [(told.offset, identity.number) for told in copies]
    for (key, stream), told in tellings.items():
        numbers = {number for _, number in told}
        if missing := set(range(1, max(numbers))) - numbers:
            report.add("I5", "hole", f"{topic}: {stream} for {key} lacks {sorted(missing)[:5]}")
        elif (last := _read(told)) < max(numbers):
            report.add("I5", "out of order", f"{topic}: {stream} for {key} cannot be read on after {last}")


def _read(told: Iterable[tuple[int, int]]) -> int:
    """The number of the last event that a reader takes."""
    last = 0
    for _, number in sorted(told):
        last += number == last + 1
    return last
