"""How often each thing had its effect, counted from journals, not from what documents say they have seen."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from tsunagu.verify.memories import Memory
from tsunagu.verify.topics import Identity, Told

REMEMBERED = timedelta(minutes=10)
"""How long an id is remembered at least. A later repeat is the domain's to decide, to which it is no news."""


def events(memory: Memory) -> Counter[Identity]:
    """Event → in how many journal entries it was applied."""
    caused = (entry for entry in memory.entries() if entry["stream"])
    return Counter(Identity(entry["document"], entry["stream"], entry["sequence"]) for entry in caused)


def commands(memory: Memory) -> Counter[Identity]:
    """Command → how often it was applied while its id was remembered."""
    moments: dict[Identity, list[datetime]] = defaultdict(list)
    for entry in memory.entries():
        if entry["command"]:
            identity = Identity(entry["document"], "command", entry["command"])
            moments[identity].append(datetime.fromisoformat(entry["at"]))
    return Counter({identity: _times(sorted(at)) for identity, at in moments.items()})


def _times(moments: list[datetime]) -> int:
    return 1 + sum(later - earlier < REMEMBERED for earlier, later in pairwise(moments))


def command(told: Told) -> Identity:
    return Identity(told.key, "command", told.head.get("id") or str(told))


def record(where: str) -> Identity:
    """A partner's record: whatever it says of itself, it is known by where it lies."""
    return Identity("", "record", where)


def records(commands_: Iterable[Told]) -> Counter[Identity]:
    """A partner's record → how many commands came of it; the same command again is the same."""
    pairs = {(told.head["origin"], command(told)) for told in commands_ if "origin" in told.head}
    return Counter(record(origin) for origin, _ in pairs)
