"""For how long a reader has been behind, by our own clock: a record's own time is whatever its sender wrote."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared.kernel.record import Place

FINE = 0.02
"""Ends are noted the more rarely the older the first is: the answer is right to this share, and a day needs 400 notes."""


@dataclass
class Behind:
    """Of one reader. `now`: seconds of a clock that only goes forward. What waited before the first look counts from then:
    how long it had been there nobody here knows.
    """

    now: Callable[[], float] = time.monotonic
    _seen: dict[Place, list[tuple[float, int]]] = field(default_factory=dict)

    def seconds(self, ends: Mapping[Place, int], committed: Mapping[Place, int]) -> float:
        """Age of the oldest record that is not committed, over the partitions of `ends`: the offset after each one's
        last record. 0 where there is none.
        """
        self._seen = {place: self._still(place, ends[place], committed.get(place, 0)) for place in ends}
        return max((self.now() - seen[0][0] for seen in self._seen.values() if seen), default=0.0)

    def _still(self, place: Place, end: int, committed: int) -> list[tuple[float, int]]:
        """When it was seen to end where: those ends that are still ahead."""
        now = self.now()
        left = [(at, seen) for at, seen in self._seen.get(place, []) if seen > committed]
        if end <= committed or (left and left[-1][1] >= end):
            return left
        if left and now - left[-1][0] < FINE * (now - left[0][0]):
            return [*left[:-1], (left[-1][0], end)]
        return [*left, (now, end)]
