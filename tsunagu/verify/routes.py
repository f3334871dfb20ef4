"""From every topic to every service that reads it: what was published there, and how often that had its effect."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tsunagu.verify import applied, mails, wiring
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.topics import Identity, Told

UNNUMBERED = ("tsunagu.kernel.tick.v1", "tsunagu.kernel.release.v1", "tsunagu.kernel.repair.v1")
"""A tick, a release or the word of a repair is worth nothing once its time is over: nobody misses one."""


@dataclass(frozen=True)
class Route:
    """`published`: each thing with all its copies. `applied`: how often it had its effect. `invariant`: which promises it."""

    topic: str
    service: str
    published: Mapping[Identity, Sequence[Told]]
    applied: Counter[Identity]
    invariant: str = "I1"


def routes(evidence: Evidence) -> list[Route]:
    return [*_events(evidence), *_commands(evidence), *_partners(evidence), _mails(evidence)]


def _events(evidence: Evidence) -> Iterator[Route]:
    counted = {service: applied.events(memory) for service, memory in evidence.memories.items()}
    for topic, service in wiring.EVENTS:
        yield Route(topic, service, evidence.events.get(topic, {}), counted[service])


def _commands(evidence: Evidence) -> Iterator[Route]:
    for topic, service in wiring.COMMANDS:
        commands = applied.commands(evidence.memories[service])
        yield Route(topic, service, _by_id(evidence.topics.get(topic, ())), commands)


def _partners(evidence: Evidence) -> Iterator[Route]:
    led_to = applied.records(evidence.inlet)
    for topic in sorted(filter(wiring.is_partners, evidence.topics)):
        records = {applied.record(str(told)): [told] for told in evidence.topics[topic]}
        yield Route(topic, "intake", records, led_to)


def _mails(evidence: Evidence) -> Route:
    sendings = mails.started(evidence)
    return Route("mails to send", "notify", sendings, mails.ended(evidence, sendings), "I7")


def _by_id(commands: Sequence[Told]) -> dict[Identity, list[Told]]:
    copies: dict[Identity, list[Told]] = {}
    for told in commands:
        if told.head.get("type") not in UNNUMBERED:
            copies.setdefault(applied.command(told), []).append(told)
    return copies
