"""What happens and when: pure. The same wishes and seed give the same faults in the same order."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle, islice
from random import Random

SERVICES = ("intake", "matching", "notify", "stats")
GAP = (1.5, 5.0)
"""Seconds from one fault to the next, at least and at most."""
FROZEN = (8.0, 12.0)
"""Seconds; a session ends after 6 without a heartbeat, so who wakes later is a zombie."""


AT_ONCE = 3
"""So many faults may be recovered from at a time; with more, each would be measured as the sum of all."""


class Kind(StrEnum):
    KILL = "kill"  # SIGKILL
    STOP = "stop"  # SIGTERM: the batch in hand is finished
    REBALANCE = "rebalance"  # a third replica joins, or leaves
    SEVER = "sever"  # every connection to the broker, or to the database, is reset
    FREEZE = "freeze"  # SIGSTOP, later SIGCONT


@dataclass(frozen=True)
class Wishes:
    """`events`: about so many are published, commands and all. `broker`: apache or embedded.

    `recovery`, `settled`: seconds that 95 of 100 recoveries, and the way to lag 0 after the last end, may take.
    """

    events: int = 20_000
    kills: int = 60
    rebalances: int = 12
    stops: int = 10
    severed: int = 10
    frozen: int = 4
    poison: int = 200
    broker: str = "apache"
    seed: int = 7
    recovery: float = 15.0
    settled: float = 30.0

    @property
    def faults(self) -> int:
        return self.kills + self.rebalances + self.stops + self.severed + self.frozen

    @property
    def replicas(self) -> list[str]:
        return [f"{service}{number}" for number in ("", "-2") for service in SERVICES]


@dataclass(frozen=True)
class Fault:
    """`gap`: seconds after the one before it. `lasts`: of what is frozen."""

    kind: Kind
    target: str
    gap: float
    lasts: float = 0.0

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"


def plan(wishes: Wishes) -> list[Fault]:
    luck = Random(wishes.seed)
    kinds = [
        *[(Kind.KILL, victim) for victim in _victims(wishes, luck)],
        *_each(Kind.STOP, wishes.stops, wishes.replicas, luck),
        *_each(Kind.SEVER, wishes.severed, links(wishes), luck),
        *_each(Kind.FREEZE, wishes.frozen, wishes.replicas, luck),
        *[(Kind.REBALANCE, "") for _ in range(wishes.rebalances)],
    ]
    luck.shuffle(kinds)
    guests = _guests(luck)
    return [
        Fault(kind, target or next(guests), luck.uniform(*GAP), luck.uniform(*FROZEN) if kind is Kind.FREEZE else 0.0)
        for kind, target in kinds
    ]


def links(wishes: Wishes) -> list[str]:
    """What can be cut. The embedded broker tells clients its own address, so nothing can stand before it."""
    return ["broker", "database"] if wishes.broker == "apache" else ["database"]


def _victims(wishes: Wishes, luck: Random) -> list[str]:
    """Every process is killed; one in fifteen is the broker, one in eight the database: without them nobody works."""
    brokers, databases = max(1, wishes.kills // 15), max(1, wishes.kills // 8)
    replicas = luck.sample(wishes.replicas, len(wishes.replicas))
    rest = list(islice(cycle(replicas), max(0, wishes.kills - brokers - databases)))
    return [*["broker"] * brokers, *["database"] * databases, *rest][: wishes.kills]


def _each(kind: Kind, count: int, targets: list[str], luck: Random) -> list[tuple[Kind, str]]:
    order = luck.sample(targets, len(targets))
    return [(kind, target) for target in islice(cycle(order), count)]


def _guests(luck: Random) -> Iterator[str]:
    """A service whose third replica joins, then the same one again: it leaves."""
    for service in cycle(luck.sample(SERVICES, len(SERVICES))):
        yield service
        yield service
