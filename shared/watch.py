"""Every second of a running service: what does not answer, how far behind it is, and whether it should end."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared import backlog, logs
from shared.kafka.behind import Behind
from shared.kafka.connection import cluster_id
from shared.kafka.outgoing import Outgoing
from shared.kafka.reader import Reader
from shared.kafka.view import View
from shared.kernel.limit import Limit
from shared.letters.allowance import Allowance
from shared.metrics import BEHIND, LAG, READY, STOPPED, UNPUBLISHED
from shared.parts import Parts
from shared.recovery.catch_up import Recovery

STALLED_SECONDS = 60
"""With work waiting, nothing done and no error told for so long, the process is not alive: it ends and is restarted."""
OTHER_CLUSTER, OTHER_DATABASE = 75, 76
PATIENCE = 5
"""Seconds that broker or database may take to answer."""
BACKLOG_EACH = 10
"""Seconds between two looks at what waits in the database: they cost it more than a ping."""


@dataclass
class Watch:
    """`missing`: which parts do not answer. `cluster`: the broker that the process was started with. `limit`: what may
    have stopped its kernel. `outgoing`: its bus.
    """

    parts: Parts
    cluster: str
    readers: Sequence[Reader]
    views: Sequence[View[Any]]
    recovery: Recovery
    outgoing: Outgoing
    limit: Limit = field(default_factory=Limit)
    missing: list[str] = field(default_factory=list)
    _told: bool = False
    _lag: int = 0
    _behind: dict[str, Behind] = field(default_factory=lambda: defaultdict(Behind))
    _backlog_at: float = 0.0

    async def run(self) -> int:
        """Until the process should end; returns its exit code: 1 when it stalled, 75 or 76 when the broker or the
        database has become another one.
        """
        while True:
            await asyncio.sleep(1)
            await self._look()
            await self._look_at_limit()
            await self._look_at_backlog()
            READY.set(not self.missing and not self.limit.held)
            if code := await self._reason_to_end():
                return code

    async def _reason_to_end(self) -> int:
        """0: none."""
        if not self.missing and await self._is_another_broker():
            logs.logger().error("the broker has become another one")
            return OTHER_CLUSTER
        if not self.missing and await self._is_another_database():
            logs.logger().error("the database has become another one")
            return OTHER_DATABASE
        if not self.alive():
            logs.logger().error("no progress")
            return 1
        return 0

    async def _is_another_broker(self) -> bool:
        try:
            return await asyncio.wait_for(cluster_id(self.parts.settings.broker()), PATIENCE) != self.cluster
        except Exception:  # away: the next look will say so
            return False

    async def _is_another_database(self) -> bool:
        try:
            return await asyncio.wait_for(self.recovery.is_of_another_database(), PATIENCE)
        except TimeoutError:  # away: the next look will say so
            return False

    async def _look(self) -> None:
        missing = []
        for name, attempt in (("broker", self._measure_lag), ("database", self.parts.store.ping)):
            try:
                await asyncio.wait_for(attempt(), PATIENCE)
            except Exception:  # whatever it is, the part does not answer: readiness says which one
                missing.append(name)
        self.missing = missing
        if missing and not await self._is_deaf():
            # what is waited for is no stalling: a minute of progress counts from when it is back
            for reader in self.readers:
                reader.last_progress = time.monotonic()

    async def _is_deaf(self) -> bool:
        """The broker answers others, but not the clients of this process: those will not recover by waiting."""
        if self.missing != ["broker"]:
            return False
        try:
            return await asyncio.wait_for(cluster_id(self.parts.settings.broker()), PATIENCE) == self.cluster
        except Exception:  # away, as it seemed
            return False

    async def _look_at_limit(self) -> None:
        """Tells of it once, and asks whether an operator lets it go on."""
        if self.limit.held and not self._told:
            logs.logger().error("stopped by the limit of dead letters", why=self.limit.held)
        if self.limit.held and not self.missing and (seconds := await self._allowed()):
            self.limit.allow(seconds)
            logs.logger().info("an operator lets it go on", seconds=round(seconds))
        self._told = bool(self.limit.held)
        STOPPED.set(self._told)

    async def _allowed(self) -> float:
        try:
            return await Allowance(self.parts.store.rows("meta")).seconds()
        except Exception:  # away: the next look will say so
            return 0

    async def _measure_lag(self) -> None:
        self._lag = 0
        for reader in self.readers:
            ends = await reader.ends()
            lag = reader.lag_below(ends)
            self._lag += lag
            LAG.labels(reader.name).set(lag)
            BEHIND.labels(reader.name).set(self._behind[reader.name].seconds(ends, reader.committed))
            if not lag or self.limit.held:  # one that is stopped does not stall
                reader.last_progress = time.monotonic()

    async def _look_at_backlog(self) -> None:
        # what failed with a partition that has gone to another replica is that one's to tell
        UNPUBLISHED.set(self.outgoing.seconds() if self.missing or self._lag else 0)
        if self.missing or time.monotonic() < self._backlog_at:
            return
        self._backlog_at = time.monotonic() + BACKLOG_EACH
        try:
            await asyncio.wait_for(backlog.measure(self.parts.store, self.parts.clock.now()), PATIENCE)
        except Exception as error:  # slow or away: these gauges stay as they were
            logs.logger().warning("backlog not measured", error=logs.where(error))

    def alive(self) -> bool:
        """Progress, not mere being up. Waiting for a broker or database is no reason to be restarted, see _look."""
        since = time.monotonic() - STALLED_SECONDS
        stalled = any(reader.last_progress < since for reader in self.readers)
        return not stalled and all(view.alive for view in self.views)
