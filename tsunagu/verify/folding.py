"""I3 and I4: documents against their journals. Each must be exactly what its own decisions amount to."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tsunagu.verify import promises, wiring
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.memories import Memory, Stored
from tsunagu.verify.report import Report


class Step(NamedTuple):
    """One event of a document, and its state on either side of it."""

    entry: Stored
    event: Any
    before: Any
    after: Any


def check(evidence: Evidence, report: Report) -> None:
    for memory in evidence.memories.values():
        for key in memory.names():
            try:
                _document(evidence, memory, key, report)
            except Exception as error:  # whatever stands in a journal must not end the verification
                report.add("I3", "journal", f"{memory.service} {key} cannot be folded: {error!r}")


def _document(evidence: Evidence, memory: Memory, key: str, report: Report) -> None:
    document, entries = memory.documents.get(key, {}), memory.entries_of(key)
    report.documents += 1
    report.entries += len(entries)
    report.checked["I3"] += 1
    report.checked["I4"] += len(entries)
    for invariant, flaw in _flaws(evidence, memory, key, entries):
        report.add(invariant, "journal", f"{memory.service} {key}: {flaw}")
    if document.get("stuck"):
        report.notes.append(f"{memory.service} {key} is stuck at {document['stuck']}; "
                            f"dead letters that wait with it: {len(memory.letters.get(key, ()))}")  # fmt: skip
    if entries or document.get("version"):  # else a stranger's record: stuck, and nothing was ever decided
        _compare(evidence, memory, document, key, entries, report)


def _flaws(evidence: Evidence, memory: Memory, key: str, entries: Sequence[Stored]) -> Iterator[tuple[str, str]]:
    """(invariant, what is wrong)."""
    version = memory.documents.get(key, {}).get("version", 0)
    positions = [entry["position"] for entry in entries]
    if positions != list(range(1, len(positions) + 1)) or len(positions) < version:
        yield "I4", f"positions {positions[:20]} where 1 to {max(version, *positions, 0)} should be"
    for entry in entries:
        done, position = evidence.is_out(memory.service, entry), entry["position"]
        if done and position > version:
            yield "I3", f"the document, at {version}, is behind position {position}"
        if done and position not in memory.journals.get(key, {}) and evidence.is_recent(entry):
            yield "I5", f"position {position} is in the document's outbox alone"
    for flaw in promises.in_order(entries):
        yield "I4", flaw


def _compare(
    evidence: Evidence, memory: Memory, document: Stored, key: str, entries: Sequence[Stored], report: Report
) -> None:
    rules = wiring.DECIDERS[memory.service][key.split("-", 1)[0]]
    known = [entry for entry in entries if entry["position"] <= document.get("version", 0)]
    steps = list(fold(rules, known))
    state = steps[-1].after if steps else rules.state()
    if document.get("evolve") == rules.number:
        where = f"{memory.service} {key}, at {document['version']}"
        if state.model_dump(mode="json") != document["state"]:
            report.add("I3", "document", f"{where}, is not its journal's fold")
        elif _stored(rules.due(state)) != _stored(document["due"]):
            report.add("I3", "document", f"{where}, is due at {document['due']}, by its state at {rules.due(state)}")
    report.checked.update(promises.counted(memory.service, steps))
    for problem in promises.broken(evidence, memory.service, key, steps):
        report.add(*problem)


def _stored(due: datetime | None) -> datetime | None:
    """As databases keep a time: to the millisecond."""
    return due and due.replace(microsecond=due.microsecond // 1000 * 1000)


def fold(rules: Any, entries: Sequence[Stored]) -> Iterator[Step]:
    state = rules.state()
    for entry in entries:
        for told in entry["events"]:
            event = rules.events[told["type"]].model_validate(told["data"])
            after = rules.evolve(state, event)
            yield Step(entry, event, state, after)
            state = after
