"""I3, the second half: stats' facts are what its topics amount to, read from their beginnings, one after the other.

Its rules give the same whatever topic comes first; so the order is another than that in which they were applied.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from shared.kernel.decider import Context
from tsunagu.verify import applied, wiring
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.report import Report
from tsunagu.verify.topics import Identity, Told

SERVICE = "stats"


def check(evidence: Evidence, report: Report) -> None:
    memory = evidence.memories[SERVICE]
    projected = _projected(evidence)
    for key, document in memory.documents.items():
        rules = _rules(key)
        if rules is None or document["evolve"] != rules.number:
            continue  # nobody's, or written by other rules
        if document["version"] < len(memory.journals.get(key, {})):
            continue  # written while the journal was read
        report.checked["I3"] += 1
        state = projected.get(key, rules.state())
        if state.model_dump(mode="json") != document["state"]:
            report.add("I3", "projection", f"{SERVICE} {key} is not what its topics amount to")


def _projected(evidence: Evidence) -> dict[str, Any]:
    """Document → state, of those events that it has applied."""
    known = applied.events(evidence.memories[SERVICE])
    states: dict[str, Any] = {}
    for topic in sorted(topic for topic, service in wiring.EVENTS if service == SERVICE):
        events = evidence.events.get(topic, {})
        for identity in _in_order(events):
            if known[identity]:
                _step(states, topic, identity, events[identity][0])
    return states


def _in_order(events: Iterable[Identity]) -> Iterator[Identity]:
    """As first told, but each stream by its numbers: a publication that failed half way tells a later one first."""
    identities = list(events)
    streams: dict[tuple[str, str], list[Identity]] = defaultdict(list)
    for identity in identities:
        streams[identity[:2]].append(identity)
    ordered = {stream: iter(sorted(members)) for stream, members in streams.items()}
    return (next(ordered[identity[:2]]) for identity in identities)


def _step(states: dict[str, Any], topic: str, identity: Identity, told: Told) -> None:
    rules = _rules(identity.key)
    model = wiring.APPS[SERVICE].SUBSCRIPTIONS.events[topic].get(told.head["type"])
    if rules is None or model is None:  # of a later version, which has applied it
        return
    at = datetime.fromisoformat(told.head["time"])
    state = states.get(identity.key) or rules.state()
    context = Context(identity.key, at, at, told.head["id"])
    for event in rules.decide(state, model.model_validate_json(told.value), context):
        state = rules.evolve(state, event)
    states[identity.key] = state


def _rules(key: str) -> Any:
    """None for what is no document of the service's: one that a stranger's record has made, and that is stuck."""
    return wiring.DECIDERS[SERVICE].get(key.split("-", 1)[0])
