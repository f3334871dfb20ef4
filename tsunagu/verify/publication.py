"""I2 and I5: journals against topics. What was decided was told, in the same bytes, and nothing else."""

import json
from typing import Any

from tsunagu.verify import wiring
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.memories import Memory, Stored
from tsunagu.verify.report import Report
from tsunagu.verify.topics import Identity, Told


def check(evidence: Evidence, report: Report) -> None:
    for memory in evidence.memories.values():
        for entry in memory.entries():
            report.checked["I5"] += 1 + sum(event["topic"] is not None for event in entry["events"])
            _entry(evidence, memory.service, entry, report)
            for event in entry["events"]:
                if event["topic"]:
                    _event(evidence, memory.service, entry, event, report)
        _strangers(evidence, memory, report)
        _from_nowhere(evidence, memory, report)


def _event(evidence: Evidence, service: str, entry: Stored, event: Stored, report: Report) -> None:
    identity = Identity(event["key"], f"{_source(service, entry, event)}|{event['topic']}", event["sequence"])
    copies = evidence.events.get(event["topic"], {}).get(identity)
    if copies is None:
        if evidence.is_out(service, entry) and event["topic"] not in wiring.COMPACTED:
            report.add("I5", "not published", f"{event['topic']}: {identity}")
    elif not _same(copies[-1], event["data"]) or copies[-1].head.get("type") != event["type"]:
        report.add("I5", "published otherwise", f"{identity} at {copies[-1]} is not what the journal says")


def _entry(evidence: Evidence, service: str, entry: Stored, report: Report) -> None:
    """Its cause apart: an entry that a failure kept back goes out with the record that brought it out."""
    copies = evidence.events.get(f"{service}.journal", {}).get(_as_told(service, entry))
    if copies is None:
        if evidence.is_out(service, entry):
            report.add("I5", "journal topic", f"{service}.journal lacks {entry['document']}:{entry['position']}")
    elif not _same_entry(copies[-1], entry):
        report.add("I5", "journal topic", f"{copies[-1]} differs from {entry['document']}:{entry['position']}")


def _strangers(evidence: Evidence, memory: Memory, report: Report) -> None:
    """Documents are read after topics, so whatever a topic has of them must be there."""
    known = {_as_told(memory.service, entry) for entry in memory.entries()}
    for identity in evidence.events.get(f"{memory.service}.journal", {}):
        if identity not in known:
            report.add("I5", "journal", f"{memory.service}: {identity.key}:{identity.number} is on the topic alone")


def _from_nowhere(evidence: Evidence, memory: Memory, report: Report) -> None:
    """What was applied has been published, unless it came after the topics were read."""
    for entry in memory.entries():
        topic = (entry["stream"] or "").partition("|")[2]
        report.checked["I2"] += bool(topic)
        identity = Identity(entry["document"], entry["stream"], entry["sequence"])
        published = not topic or identity in evidence.events.get(topic, {})
        if not published and evidence.is_out(memory.service, entry):
            report.add("I2", "applied, never published", f"{topic} → {memory.service}: {identity}")


def _source(service: str, entry: Stored, event: Stored | None = None) -> str:
    """With the position at which the stream of this event began anew, where it did."""
    began = (event or {}).get("began")
    return f"/tsunagu/{service}/{entry['document']}" + (f"#{began}" if began else "")


def _as_told(service: str, entry: Stored) -> Identity:
    return Identity(entry["document"], f"{_source(service, entry)}|{service}.journal", entry["position"])


def _same(told: Told, data: Any) -> bool:
    """Nearly always to the byte; else what the JSON means counts."""
    plain = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    return plain == told.value or bool(json.loads(told.value or b"null") == data)


def _same_entry(told: Told, entry: Stored) -> bool:
    return _same(told, entry) or {**json.loads(told.value), "cause": None} == {**entry, "cause": None}
