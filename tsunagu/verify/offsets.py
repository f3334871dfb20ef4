"""I8 and I9: what a group has committed is done with, and what it has not is still to be read."""

import json
from collections.abc import Sequence

from tsunagu.verify import wiring
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.memories import Memory
from tsunagu.verify.report import Report
from tsunagu.verify.routes import Route


def check(evidence: Evidence, routes: Sequence[Route], report: Report) -> None:
    for route in routes:
        if route.invariant == "I1":  # a mail is no record: its place in the journal is
            _passed(evidence, route, report)
    _beyond(evidence, report)
    report.lag = sum(_lag(evidence, service) for service in wiring.SERVICES)
    report.unpublished = sum(map(_unpublished, evidence.memories.values()))
    report.checked["I9"] = sum(len(places) for places in evidence.committed.values())


def _passed(evidence: Evidence, route: Route, report: Report) -> None:
    """Each record below the committed offset; a repeat of what is applied has been applied."""
    for identity, copies in route.published.items():
        passed = [told for told in copies if evidence.done(route.service, told.place, told.offset)]
        report.checked["I8"] += len(passed)
        if len(passed) < len(copies) or route.applied[identity]:  # another copy is still to be read
            continue
        if not any((route.service, str(told)) in evidence.dead for told in passed):
            report.add("I8", "passed over", f"{route.service}: {passed[-1]}, {identity}")


def _beyond(evidence: Evidence, report: Report) -> None:
    """Whatever comes next would never be read."""
    last = {told.place: told.offset for records in evidence.topics.values() for told in records}
    for service, places in evidence.committed.items():
        for place, offset in places.items():
            if place in last and offset > last[place] + 1:
                where = f"{place.topic}-{place.partition}"
                report.add("I8", "committed beyond the end", f"{service}: {offset} of {where}, last is {last[place]}")


def _lag(evidence: Evidence, service: str) -> int:
    return sum(
        not evidence.done(service, told.place, told.offset)
        for topic in _read_by(evidence, service)
        for told in evidence.topics.get(topic, ())
    )


def _read_by(evidence: Evidence, service: str) -> list[str]:
    own = [topic for topic, reader in (*wiring.EVENTS, *wiring.COMMANDS) if reader == service]
    outlets = ["notify.journal"] if service == "notify" else []
    return own + outlets + ([*filter(wiring.is_partners, evidence.topics)] if service == "intake" else [])


def _unpublished(memory: Memory) -> int:
    """Decisions that stand in their document alone."""
    return sum(
        1
        for key, document in memory.documents.items()
        for entry in map(json.loads, document.get("outbox", ()))
        if entry["position"] not in memory.journals.get(key, {})
    )
