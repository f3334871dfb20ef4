"""Every second of a running service: what does not answer, how far behind it is, and whether it should end."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared import logs
from shared.kafka.connection import cluster_id
from shared.kafka.reader import Reader
from shared.kafka.view import View
from shared.metrics import LAG, READY
from shared.parts import Parts
from shared.recovery.catch_up import Recovery

STALLED_SECONDS = 60
"""With work waiting, nothing done and no error told for so long, the process is not alive: it ends and is restarted."""
OTHER_CLUSTER, OTHER_DATABASE = 75, 76
PATIENCE = 5
"""Seconds that broker or database may take to answer."""


@dataclass
class Watch:
    """`missing`: which parts do not answer. `cluster`: the broker that the process was started with."""

    parts: Parts
    cluster: str
    readers: Sequence[Reader]
    views: Sequence[View[Any]]
    recovery: Recovery
    missing: list[str] = field(default_factory=list)

    async def run(self) -> int:
        """Until the process should end; returns its exit code: 1 when it stalled, 75 or 76 when the broker or the
        database has become another one.
        """
        while True:
            await asyncio.sleep(1)
            await self._look()
            READY.set(not self.missing)
            if not self.missing and (code := await self._reason_to_end()):
                return code

    async def _reason_to_end(self) -> int:
        """0: none."""
        if await self._is_another_broker():
            logs.logger().error("the broker has become another one")
            return OTHER_CLUSTER
        if await self.recovery.is_of_another_database():
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

    async def _look(self) -> None:
        missing = []
        for name, attempt in (("broker", self._measure_lag), ("database", self.parts.store.ping)):
            try:
                await asyncio.wait_for(attempt(), PATIENCE)
            except Exception:  # whatever it is, the part does not answer: readiness says which one
                missing.append(name)
        self.missing = missing

    async def _measure_lag(self) -> None:
        for reader in self.readers:
            lag = await reader.lag()
            LAG.labels(reader.name).set(lag)
            if not lag:
                reader.last_progress = time.monotonic()

    def alive(self) -> bool:
        """Progress, not mere being up. Waiting for a broker or database is no reason to be restarted."""
        since = time.monotonic() - STALLED_SECONDS
        stalled = not self.missing and any(reader.last_progress < since for reader in self.readers)
        return not stalled and all(view.alive for view in self.views)
