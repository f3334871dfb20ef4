"""What a document remembers of streams: the number of the last event that it has heard on each, and told on each.

A stream that was silent for long is forgotten; else a supporter's document would grow with each case that ever asked them.
Nothing is lost by it: what was heard stands in the journal, where it is looked up in the rare case that the stream goes on,
and what is told after a long silence begins a stream of its own. See docs/decisions/0019.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from shared.errors import TsunaguError


class Horizon(NamedTuple):
    """`silence`: seconds after which a stream may be forgotten; after twice as many it is. `few`: a document that remembers no
    more than so many, heard and told, forgets none: cases have a handful, and go on after months where they were.
    """

    silence: int = 30 * 24 * 3600
    few: int = 64


HORIZON = Horizon()


class Forgotten(TsunaguError):
    """Only the journal can tell whether this was heard before."""


class Sent(NamedTuple):
    """`began`: the position at which the stream began; 0: it is the first to where it leads."""

    number: int
    began: int = 0


class Half(NamedTuple):
    """`seen`: stream → number. `sent`: topic|key → number. Never changed."""

    seen: Mapping[str, int] = {}
    sent: Mapping[str, Sent] = {}

    def with_(self, seen: Mapping[str, int], sent: Mapping[str, Sent]) -> "Half":
        return Half({**self.seen, **seen} if seen else self.seen, {**self.sent, **sent} if sent else self.sent)

    def within(self, other: "Half") -> bool:
        return self.seen.keys() <= other.seen.keys() and self.sent.keys() <= other.sent.keys()


NOTHING = Half()


@dataclass(slots=True)  # frozen, it would take three times as long to make
class Streams:
    """Never changed in place. `lately`: those used since `turned`; `earlier`: those used before, until the next turn. Times are
    seconds since 1970, by the decisions' own time: so a document that is read back from its journal remembers the same.

    `doubt`: what happened up to then may have been heard on a stream that is forgotten; 0: none is.
    """

    lately: Half = NOTHING
    earlier: Half = NOTHING
    turned: int = 0
    doubt: int = 0

    def __len__(self) -> int:
        """One that is in both halves counts twice."""
        return sum(map(len, (*self.lately, *self.earlier)))

    def heard(self, stream: str) -> int | None:
        """The number of the last event; None: not remembered."""
        return self.lately.seen.get(stream, self.earlier.seen.get(stream))

    def doubts(self, sequence: int, time: datetime | None) -> bool:
        """May this event, of a stream that is not remembered, have been heard? Not the first of a stream that began later."""
        return bool(self.doubt) and (sequence > 1 or time is None or time.timestamp() <= self.doubt)

    def next(self, route: str, position: int) -> Sent:
        """The number of the next event that is told there."""
        last = self.lately.sent.get(route) or self.earlier.sent.get(route)
        return Sent(last.number + 1, last.began) if last else Sent(1, position if self.doubt else 0)

    def after(self, seen: Mapping[str, int], sent: Mapping[str, Sent], at: int, horizon: Horizon) -> "Streams":
        """After a decision at that time."""
        since, lately = self.turned or at, self.lately.with_(seen, sent)
        if at - since < horizon.silence or len(self) <= horizon.few:
            return Streams(lately, self.earlier, since, self.doubt)
        late = since + horizon.silence // 2  # clocks may differ, and deliveries take their time
        return Streams(Half(seen, sent), self.lately, at, self.doubt if self.earlier.within(lately) else late)


def to_stored(streams: Streams) -> list[Any]:
    """For JSON."""
    return [streams.lately, streams.earlier, streams.turned, streams.doubt]


def from_stored(stored: Sequence[Any]) -> Streams:
    lately, earlier, turned, doubt = stored
    return Streams(_half(*lately), _half(*earlier), turned, doubt)


def of_old(seen: Mapping[str, int], sent: Mapping[str, int]) -> Streams:
    """As documents had them before they forgot anything."""
    return Streams(Half(seen, {route: Sent(number) for route, number in sent.items()}))


def _half(seen: Mapping[str, int], sent: Mapping[str, Sequence[int]]) -> Half:
    return Half(seen, {route: Sent(*one) for route, one in sent.items()})
