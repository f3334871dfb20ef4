"""What became of each thing that was told: applied once, on its way, in dead letters, or lost."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tsunagu.verify import applied, mails, wiring
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.report import Report, Row
from tsunagu.verify.topics import Identity, Told

UNNUMBERED = ("tsunagu.kernel.tick.v1", "tsunagu.kernel.release.v1")
"""A tick or a release is worth nothing once its time is over: nobody misses one."""


@dataclass(frozen=True)
class Route:
    """From a topic to a service. `applied`: what was published → how often that had its effect."""

    topic: str
    service: str
    published: Mapping[Identity, Sequence[Told]]
    applied: Counter[Identity]


def check(evidence: Evidence, report: Report) -> None:
    for route in _routes(evidence):
        row = Row(route.topic, route.service, published=len(route.published))
        for identity, copies in route.published.items():
            _judge(evidence, report, route, row, identity, copies)
        report.rows.append(row)


def _routes(evidence: Evidence) -> Iterator[Route]:
    for topic, service in wiring.EVENTS:
        events = applied.events(evidence.memories[service])
        yield Route(topic, service, evidence.events.get(topic, {}), events)
    for topic, service in wiring.COMMANDS:
        commands = applied.commands(evidence.memories[service])
        yield Route(topic, service, _by_id(evidence.topics.get(topic, ())), commands)
    led_to = applied.records(evidence.topics.get("intake.commands", ()))
    for topic in sorted(filter(wiring.is_partners, evidence.topics)):
        records = {applied.record(str(told)): [told] for told in evidence.topics[topic]}
        yield Route(topic, "intake", records, led_to)
    sendings = mails.started(evidence)
    yield Route("mails to send", "notify", sendings, mails.ended(evidence, sendings))


def _by_id(commands: Sequence[Told]) -> dict[Identity, list[Told]]:
    copies: dict[Identity, list[Told]] = {}
    for told in commands:
        if told.head.get("type") not in UNNUMBERED:
            copies.setdefault(applied.command(told), []).append(told)
    return copies


def _judge(
    evidence: Evidence, report: Report, route: Route, row: Row, identity: Identity, copies: Sequence[Told]
) -> None:
    times = route.applied[identity]
    fate = "applied" if times else _fate(evidence, route, copies)
    setattr(row, fate, getattr(row, fate) + 1)
    if fate == "missing":
        report.add("lost", f"{row}: {identity}, last at {copies[-1]}")
    if times > 1:
        row.twice += 1
        report.add("applied twice", f"{row}: {identity}, {times} times")


def _fate(evidence: Evidence, route: Route, copies: Sequence[Told]) -> str:
    """Of what is not applied. A later copy counts, too: its sender repeats itself after a failure."""
    if not all(evidence.done(route.service, told.place, told.offset) for told in copies):
        return "in_flight"
    return "dead" if any((route.service, str(told)) in evidence.dead for told in copies) else "missing"
