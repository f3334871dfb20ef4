"""I5, on the topics: streams are whole and in order, and repeats are the same to the byte."""

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
        _order(topic, events, report)
        if topic not in wiring.COMPACTED:
            _holes(topic, events, report)


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


def _order(topic: str, events: Mapping[Identity, Sequence[Told]], report: Report) -> None:
    """What comes first comes first, and all of a document's in one partition: elsewhere there is no order."""
    last: dict[tuple[str, str], tuple[int, int]] = {}
    for identity, (first, *_) in events.items():
        if not isinstance(identity.number, int):
            continue
        partition, number = last.get(identity[:2], (first.place.partition, 0))
        if partition != first.place.partition:
            report.add("I5", "two partitions", f"{topic}: {identity} is in {first.place.partition}, not in {partition}")
        elif identity.number < number:
            report.add("I5", "out of order", f"{topic}: {identity} came after {number}, at {first}")
        last[identity[:2]] = partition, max(number, identity.number)


def _holes(topic: str, events: Iterable[Identity], report: Report) -> None:
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for identity in events:
        if isinstance(identity.number, int):
            numbers[identity.key, identity.stream].add(identity.number)
    for (key, stream), told in numbers.items():
        if missing := set(range(1, max(told))) - told:
            report.add("I5", "hole", f"{topic}: {stream} for {key} lacks {sorted(missing)[:5]}")
