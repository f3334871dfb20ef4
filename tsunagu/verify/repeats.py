"""I11: what is said again under its id is applied once, and its sender is answered the same."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tsunagu.verify import applied, wiring
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.report import Report
from tsunagu.verify.routes import Route
from tsunagu.verify.topics import Identity, Told

Answers = Mapping[tuple[str, str], tuple[str, str]]


def check(evidence: Evidence, routes: Sequence[Route], report: Report) -> None:
    answers = _refusals(evidence)
    for route in routes:
        if (route.topic, route.service) in wiring.COMMANDS:
            for identity, copies in route.published.items():
                if len(copies) > 1:
                    report.checked["I11"] += 1
                    if route.applied[identity] > 1:
                        report.add("I11", "repeat applied", f"{route.service}: {identity}")
                    _answered(route.service, copies, answers, report)
    for topic in filter(wiring.is_partners, evidence.topics):
        _records(evidence, topic, report)


def _answered(service: str, copies: Sequence[Told], answers: Answers, report: Report) -> None:
    """Of the same content, and refused: a partner reads that in the dead letter of each record."""
    said: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for told in copies:
        if (service, str(told)) in answers:
            said[_content(told)].add(answers[service, str(told)])
    for different in said.values():
        if len(different) > 1:
            report.add("I11", "answered otherwise", f"{service}: {copies[0]} and its repeats: {sorted(different)}")


def _refusals(evidence: Evidence) -> Answers:
    """(service, record) → (reason, code) of its dead letter."""
    return {
        (service, "-".join(letter.head.get(part, "") for part in ("topic", "partition", "offset"))):
            (letter.head.get("reason", ""), letter.head.get("code", ""))
        for service in wiring.SERVICES
        for letter in evidence.topics.get(f"{service}.dead-letters", ())
    }  # fmt: skip


def _content(told: Told) -> str:
    """Sealing differs each time; a hash from before it says what was meant."""
    try:
        return str(json.loads(told.value).get("content") or told.value)
    except (ValueError, AttributeError):
        return str(told.value)


def _records(evidence: Evidence, topic: str, report: Report) -> None:
    """A partner's records of one id lead to one command for each reference: an id that a partner gives to two referrals
    is its mistake and loses neither. Those that could not be read led to none.
    """
    led_to = _led_to(evidence.topics.get("intake.commands", ()))
    for id_, records in _same_id(evidence.topics[topic]).items():
        report.checked["I11"] += 1
        commands = {command for told in records for command in led_to.get(str(told), ())}
        if len(commands) > len({command.key for command in commands}):
            report.add("I11", "repeat applied", f"{topic}: {len(commands)} commands of id {id_}")


def _same_id(records: Iterable[Told]) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = defaultdict(list)
    for told in records:
        if id_ := told.head.get("id"):
            found[id_].append(told)
    return {id_: copies for id_, copies in found.items() if len(copies) > 1}


def _led_to(commands: Iterable[Told]) -> dict[str, set[Identity]]:
    found: dict[str, set[Identity]] = defaultdict(set)
    for told in commands:
        if origin := told.head.get("origin"):
            found[origin].add(applied.command(told))
    return found
