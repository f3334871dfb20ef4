"""The domain as the kernel sees it: pure functions, and what they are told."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from shared.events.base import Event, Types, by_type

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True)
class Tick:
    """A document's `due` has come."""


@dataclass(frozen=True)
class Refused:
    """Among the results of a decide: what was asked is not done. `code` for machines, `message` says what to change."""

    code: str
    message: str


class Context(NamedTuple):
    """What a decision may know besides its document. `time` is when the input happened, `now` when it is decided.

    `cause`: the id of the input. `view`: the service's own view of others (matching: the roster), or None.
    """

    key: str
    now: datetime
    time: datetime
    cause: str
    view: Any = None


Decision = Sequence[Event | Refused]


@dataclass(frozen=True)
class Decider(Generic[S]):
    """decide(state, input, context) -> what happened; evolve(state, event) -> state; due(state) -> time or None.

    All three are pure: no clock, no I/O, no randomness. evolve sees only the document's own events, so that the
    state is the fold of its journal. `number` rises when evolve changes. `events` are those that it decides.
    """

    state: type[S]
    decide: Callable[[S, Any, Context], Decision]
    evolve: Callable[[S, Any], S]
    due: Callable[[S], datetime | None]
    events: Types
    number: int = 1


def decider(
    state: type[S],
    decide: Callable[[S, Any, Context], Decision],
    evolve: Callable[[S, Any], S],
    due: Callable[[S], datetime | None],
    events: Iterable[type[Event]],
    number: int = 1,
) -> Decider[S]:
    return Decider(state, decide, evolve, due, by_type(events), number)
