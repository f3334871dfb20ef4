"""A bad deploy would lay a whole topic aside within minutes. So the kernel stops where too much of what it reads in a
while cannot be used: nothing of such a batch is stored or committed, and it waits for a mended version, or for an
operator who lets it go on.

Only our own topics are looked at, and documents that our code could not continue. What partners send is read by the
inlet, which never stops. What one partner had said and our code cannot digest counts at most half: it alone stops nobody.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from shared.errors import TsunaguError
from shared.kernel.fold import Folded
from shared.kernel.record import Input

WINDOW = 600.0
"""Seconds that are looked at together."""


class Stopped(TsunaguError):
    """The limit holds: nobody's record is at fault, and nothing was stored."""


@dataclass
class Limit:
    """`count`: so many records that cannot be used, and at least this `share` of all, are too many; 0: there is no limit.

    `held`: why it stopped; empty while it works. `now`: seconds of a clock that only goes forward.
    """

    count: int = 0
    share: float = 0.5
    now: Callable[[], float] = time.monotonic
    held: str = ""
    _bad: dict[str, tuple[float, str]] = field(default_factory=dict)
    _good: list[tuple[float, int]] = field(default_factory=list)
    _free_until: float = 0.0

    def check(self) -> None:
        """Raises Stopped while it holds."""
        if self.held:
            raise Stopped(self.held)

    def look(self, unreadable: Collection[str], folded: Collection[Folded]) -> None:
        """At a batch before it is stored: ids of its records that nobody can read, and what became of the others.

        Raises Stopped where that is too much. The same record again counts once.
        """
        now = self.now()
        if not self.count or now < self._free_until:
            return
        self._forget(now - WINDOW)
        found = [*((id, "") for id in unreadable), *((str(one.record), one.by) for one in _undigested(folded))]
        self._bad |= {id: (now, by) for id, by in found}
        self._good.append((now, sum(len(one.fresh) for one in folded)))
        if found:
            self._judge()
        self.check()

    def allow(self, seconds: float) -> None:
        """It goes on, whatever comes, for so long; then it counts anew."""
        self._bad.clear()
        self._good.clear()
        self.held, self._free_until = "", self.now() + seconds

    def _judge(self) -> None:
        bad, good = len(self._bad), sum(n for _, n in self._good)
        if self._weight() >= self.count and bad >= self.share * (bad + good):
            last = next(reversed(self._bad))
            self.held = (
                f"stopped: {bad} of the last {bad + good} records could not be used, the last of them {last}. Start a "
                "mended version, or, if these are to be laid aside, `tsunagu dead-letters allow SERVICE`"
            )

    def _weight(self) -> int:
        """A partner's count at most half of the limit; all others count each."""
        each = Counter(by if by.startswith("partner:") else "" for _, by in self._bad.values())
        return sum(n if not by else min(n, self.count // 2) for by, n in each.items())

    def _forget(self, before: float) -> None:
        self._bad = {id: one for id, one in self._bad.items() if one[0] >= before}
        self._good = [one for one in self._good if one[0] >= before]


def _undigested(folded: Iterable[Folded]) -> Iterable[Input]:
    """What made each document stuck; not what lay aside already, and was released too early."""
    for one in folded:
        yield from (
            input for input in one.letters if str(input.record) == one.document.stuck and one.error and not input.kept
        )
