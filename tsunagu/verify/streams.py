"""Are the streams on the topics whole, and are repeats the same to the byte?"""

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
        _repeats(events, report)
        if topic not in wiring.COMPACTED:
            _holes(topic, events, report)


def _repeats(events: Mapping[Identity, Sequence[Told]], report: Report) -> None:
    for identity, copies in events.items():
        if len({told.value for told in copies}) > 1 and len({_content(told) for told in copies}) > 1:
            report.add("repeat with other bytes", f"{identity}: {', '.join(map(str, copies))}")


def _content(told: Told) -> tuple[str | None, bytes]:
    """Of a journal's line without its cause: after a loss of the broker another record brings it out."""
    if not told.place.topic.endswith(".journal"):
        return told.head.get("type"), told.value
    entry = {**json.loads(told.value), "cause": None}
    return told.head.get("type"), json.dumps(entry, sort_keys=True).encode()


def _holes(topic: str, events: Iterable[Identity], report: Report) -> None:
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for identity in events:
        if isinstance(identity.number, int):
            numbers[identity.key, identity.stream].add(identity.number)
    for (key, stream), told in numbers.items():
        if missing := set(range(1, max(told))) - told:
            report.add("hole", f"{topic}: {stream} for {key} lacks {sorted(missing)[:5]}")
