"""A service as small as can be, for tests: it adds up numbers, in a chain that shows their order."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, ClassVar

from shared.events.base import Command, Event, Frozen, Moment, Route, by_type
from shared.kernel.decider import Context, Decision, Refused, Tick, decider
from shared.kernel.record import Subscriptions

SERVICE = "adder"
SUMS, TOTALS = "sums", "totals"
COMMANDS = f"{SERVICE}.commands"


class Add(Event):
    """13 is refused, 666 our code cannot digest, 10**6 makes the document grow by as many bytes."""

    type: ClassVar[str] = "test.add.v1"

    number: int


class Ignored(Event):
    type: ClassVar[str] = "test.ignored.v1"


class AddNow(Command):
    type: ClassVar[str] = "test.add-now.v1"

    number: int


class Ring(Command):
    """`at`: when to be looked at; `idle`: doing nothing then, which is a bug."""

    type: ClassVar[str] = "test.ring.v1"

    at: Moment
    idle: bool = False


class Added(Event):
    type: ClassVar[str] = "test.added.v1"

    number: int


class Total(Event):
    """What others are told."""

    type: ClassVar[str] = "test.total.v1"

    key: str
    total: int

    def route(self) -> Route:
        return Route(TOTALS, self.key)


class Rang(Event):
    type: ClassVar[str] = "test.rang.v1"

    next: Moment | None = None
    idle: bool = False


class Counter(Frozen):
    total: int = 0
    chain: str = ""
    ballast: str = ""
    due: datetime | None = None
    idle: bool = False


def decide(counter: Counter, asked: Any, context: Context) -> Decision:
    match asked:
        case Add(number=666) | AddNow(number=666):
            raise ZeroDivisionError("our code cannot digest this")
        case AddNow(number=13):
            return [Refused("unlucky", "choose another number"), Added(number=0)]
        case Add() | AddNow():
            total = counter.total + asked.number
            return [Added(number=asked.number), Total(key=context.key, total=total)]
        case Ring():
            return [Rang(next=asked.at, idle=asked.idle)]
        case Tick() if counter.idle:
            return []
        case Tick():
            return [Rang(), Total(key=context.key, total=counter.total)]
    return []


def evolve(counter: Counter, event: Any) -> Counter:
    match event:
        case Added():
            chain = hashlib.sha256(f"{counter.chain}{event.number}".encode()).hexdigest()[:12]
            ballast = "x" * event.number if event.number == 10**6 else counter.ballast
            added = {"total": counter.total + event.number, "chain": chain, "ballast": ballast}
            return counter.model_copy(update=added)
        case Rang():
            return counter.model_copy(update={"due": event.next, "idle": event.idle})
    return counter


def doubled(counter: Counter, event: Any) -> Counter:
    """Another evolve, of a later version."""
    twice = event.model_copy(update={"number": 2 * event.number}) if isinstance(event, Added) else event
    return evolve(counter, twice)


def due(counter: Counter) -> datetime | None:
    return counter.due


COUNTER = decider(Counter, decide, evolve, due, (Added, Total, Rang))
SUBSCRIPTIONS = Subscriptions(COMMANDS, by_type((AddNow, Ring)), {SUMS: by_type((Add, Ignored))})
LATER = timedelta(hours=1)


def chain_of(*numbers: int) -> str:
    counter = Counter()
    for number in numbers:
        counter = evolve(counter, Added(number=number))
    return counter.chain
