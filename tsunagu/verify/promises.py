"""I6 and I7: what must be true at every moment of a document's life, whatever else happened."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from services.matching.domain.supporter import Held
from services.notify.domain.offers import Settled
from shared.events.deliveries import Delivered
from shared.events.matches import Assigned, Completed, Released, Unserved
from shared.events.responses import DeliveryFailed
from tsunagu.verify import arrived, eligible
from tsunagu.verify.evidence import Evidence
from tsunagu.verify.memories import Stored
from tsunagu.verify.report import Problem
from tsunagu.verify.topics import Identity

ENDS = (Delivered, DeliveryFailed)


def broken(evidence: Evidence, service: str, key: str, steps: Sequence[Any]) -> Iterator[Problem]:
    kind = key.split("-", 1)[0]
    if (service, kind) == ("matching", "supporter"):
        yield from _capacity(evidence, key, steps)
        yield from eligible.broken(key, steps, evidence.asked.get(key, ()))
    elif (service, kind) == ("matching", "case"):
        yield from _one_assignment(key, steps)
    elif service == "notify":
        yield from _one_end(key, steps)
        yield from arrived.delivered(evidence, key, steps)


def counted(service: str, steps: Sequence[Any]) -> Counter[str]:
    """Invariant → how many moments there were at which it could have broken."""
    moments = {"matching": ("I6", (Held, Assigned)), "notify": ("I7", (Settled,))}
    name, events = moments.get(service, ("", ()))
    return Counter(name for step in steps if isinstance(step.event, events))


def in_order(entries: Sequence[Stored]) -> Iterator[str]:
    """Each stream was applied in its order, from its beginning."""
    last: Counter[str] = Counter()
    for entry in entries:
        if stream := entry["stream"]:
            if entry["sequence"] > last[stream] + 1:
                yield f"{stream} was applied at {entry['sequence']} after {last[stream]}"
            last[stream] = max(last[stream], entry["sequence"])


def _capacity(evidence: Evidence, supporter: str, steps: Sequence[Any]) -> Iterator[Problem]:
    """Nobody is given one more case than they take, but by a coordinator, who has spoken with them."""
    for entry, event, before, after in steps:
        over = isinstance(event, Held) and len(after.holds) > max(len(before.holds), after.profile.capacity)
        if over and not _by_coordinator(evidence, entry):
            holds = f"{len(after.holds)} cases of {after.profile.capacity}"
            yield Problem("I6", "capacity", f"{supporter} has {holds} with position {entry['position']}")


def _by_coordinator(evidence: Evidence, entry: Stored) -> bool:
    identity = Identity(entry["document"], entry["stream"], entry["sequence"])
    asked = evidence.events.get("holds", {}).get(identity, ())
    return any(b'"assigning":true' in told.value for told in asked)


def _one_assignment(case: str, steps: Sequence[Any]) -> Iterator[Problem]:
    assigned: set[str] = set()
    for entry, event, _, after in steps:
        match event:
            case Assigned():
                assigned.add(event.supporter)
            case Released():
                assigned.discard(event.supporter)
            case Completed() | Unserved():
                assigned.clear()
        if after.status == "closed":
            assigned.clear()
        if isinstance(event, Assigned) and len(assigned) > 1:
            yield Problem("I6", "assignment", f"{case} has {sorted(assigned)} at position {entry['position']}")


def _one_end(recipient: str, steps: Sequence[Any]) -> Iterator[Problem]:
    """Every message is settled once at most, by a decision that says once how it ended."""
    settled = [(step, step.event.message) for step in steps if isinstance(step.event, Settled)]
    for message, times in Counter(message for _, message in settled).items():
        if times > 1:
            yield Problem("I7", "mail", f"{recipient}: {message} is settled {times} times")
    told = Counter(_about(step.entry, step.event) for step in steps if isinstance(step.event, ENDS))
    due = Counter(_about(step.entry, step.before.messages[message]) for step, message in settled)
    for what in {*told, *due}:
        if told[what] != due[what]:
            yield Problem("I7", "mail", f"{recipient}: {what} settled {due[what]} times, ended {told[what]} times")


def _about(entry: Stored, one: Any) -> str:
    return f"{one.kind} {one.number} of {one.case}, position {entry['position']},"
