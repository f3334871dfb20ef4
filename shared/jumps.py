"""A machine's clock that jumped: what was written meanwhile has a time that was never, so whoever reads it should know."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

LEAST = 30.0
"""Seconds. Less is what a time server corrects, and what a machine that was busy takes to look again."""


@dataclass
class Jumps:
    """`wall`: the clock that may jump, `steady`: one that cannot; both in seconds. Nothing here is lost by a jump: order is by
    sequence and offset, and whatever is due by the clock's new time is looked at then (forwards) or when it comes (backwards).
    """

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    _apart: float = field(init=False)

    def __post_init__(self) -> None:
        self._apart = self.wall() - self.steady()

    def seconds(self) -> float:
        """Since the last look, forwards or (below 0) backwards; 0: not worth a word."""
        apart = self.wall() - self.steady()
        jumped, self._apart = apart - self._apart, apart
        return jumped if abs(jumped) >= LEAST else 0.0
