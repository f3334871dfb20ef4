"""The bus as the kernel has it, which remembers since when something is to go out and is not acknowledged."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.kernel.ports import Bus
from shared.kernel.record import Message


@dataclass
class Outgoing:
    """`since`: by `now`, in seconds; None while all is out. What failed will come again, and is as old as it was."""

    bus: Bus
    now: Callable[[], float] = time.monotonic
    since: float | None = None

    async def publish(self, messages: Sequence[Message]) -> None:
        self.since = self.since or self.now()
        await self.bus.publish(messages)
        self.since = None

    def seconds(self) -> float:
        """Age of the oldest that is not out."""
        return 0.0 if self.since is None else self.now() - self.since
