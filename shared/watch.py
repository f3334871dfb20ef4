"""Every second of a running service: what does not answer, how far behind it is, and whether it should end."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared import backlog, logs
from shared.backlog import Backlog
from shared.jumps import Jumps
from shared.kafka.behind import Behind
from shared.kafka.connection import PARTNERS, cluster_id
from shared.kafka.outgoing import Outgoing
from shared.kafka.reader import Reader
from shared.kafka.view import View
from shared.kernel.limit import Limit
from shared.kernel.record import Place
from shared.letters.allowance import Allowance
from shared.metrics import BEHIND, LAG, READY, STOPPED, UNPUBLISHED
from shared.parts import Parts
from shared.recovery.catch_up import Recovery
from shared.refusals import reason, refused
from shared.status import records as status
from shared.status.records import Stream
from shared.store import DatabaseError

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
    have stopped its kernel. `outgoing`: its bus. `outpaced`: why its work is for a newer version; '' while it is not.
    `streams`, `backlog`, `unpublished`: what was seen at the last look; the last is in seconds.
    """

    parts: Parts
    cluster: str
    readers: Sequence[Reader]
    views: Sequence[View[Any]]
    recovery: Recovery
    outgoing: Outgoing
    limit: Limit = field(default_factory=Limit)
    missing: list[str] = field(default_factory=list)
    outpaced: str = ""
    streams: list[Stream] = field(default_factory=list)
    backlog: Backlog = field(default_factory=Backlog)
    unpublished: float = 0.0
    _told: bool = False
    _jumps: Jumps = field(default_factory=Jumps)
    _lag: int = 0
    _behind: dict[tuple[str, str], Behind] = field(default_factory=lambda: defaultdict(Behind))
    _backlog_at: float = 0.0

    async def run(self) -> int:
        """Until the process should end; returns its exit code: 1 when it stalled, 75 or 76 when the broker or the
        database has become another one. Returns 0 when it is outpaced, once it has left its groups.
        """
        while not self.outpaced:
            await asyncio.sleep(1)
            await self._look()
            self._look_at_clock()
            await self._look_at_limit()
            await self._look_at_backlog()
            READY.set(not self.missing and not self.limit.held)
            if code := await self._reason_to_end():
                return code
        await self._leave()
        return 0

    async def _leave(self) -> None:
        """Others have its partitions from now on, and tell how far behind these are."""
        READY.set(False)
        logs.logger().error("left to a newer version", why=self.outpaced)
        for reader in self.readers:
            await reader.stop()
            LAG.labels(reader.name).set(0)
            BEHIND.labels(reader.name).set(0)

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
        return await self._cluster_now() not in (None, self.cluster)

    async def _cluster_now(self) -> str | None:
        """As a new client finds it; None where it finds none: the next look will say so."""
        try:
            return await asyncio.wait_for(cluster_id(self.parts.settings.broker()), PATIENCE)
        except Exception:  # whatever it is: the next look asks again
            return None

    async def _is_another_database(self) -> bool:
        try:
            return await asyncio.wait_for(self.recovery.is_of_another_database(), PATIENCE)
        except TimeoutError:  # away: the next look will say so
            return False

    async def _look(self) -> None:
        missing: dict[str, BaseException] = {}
        for name, attempt in (("broker", self._measure_lag), ("database", self._ask_database)):
            try:
                await asyncio.wait_for(attempt(), PATIENCE)
            except Exception as error:  # whatever it is, the part does not serve us: readiness says which one
                missing[name] = error
        self.missing = await self._reasons(missing)
        if missing and not await self._is_deaf(missing):
            # what is waited for is no stalling: a minute of progress counts from when it is back
            for reader in self.readers:
                reader.last_progress = time.monotonic()

    async def _is_deaf(self, missing: Collection[str]) -> bool:
        """The broker answers others, but not the clients of this process: those will not recover by waiting."""
        return list(missing) == ["broker"] and await self._cluster_now() == self.cluster

    async def _reasons(self, missing: Mapping[str, BaseException]) -> list[str]:
        self.missing = list(missing)  # what it is takes a while to find out
        return [await reason(name, error, self.parts.settings) for name, error in missing.items()]

    async def _ask_database(self) -> None:
        """One that answers may still refuse what the readers want to write: they try again and again."""
        await self.parts.store.ping()
        behind = {stream.reader for stream in self.streams if stream.lag}
        for error in (reader.last_error for reader in self.readers if reader.name in behind):
            if isinstance(error, DatabaseError) and refused(error, self.parts.settings):
                raise error

    def _look_at_clock(self) -> None:
        if jumped := self._jumps.seconds():
            logs.logger().warning("the clock of this machine jumped", seconds=round(jumped))

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
        every: list[Stream] = []
        for reader in self.readers:
            streams = [self._stream(reader, topic, ends) for topic, ends in _by_topic(await reader.ends()).items()]
            lag = sum(stream.lag for stream in streams)
            LAG.labels(reader.name).set(lag)
            BEHIND.labels(reader.name).set(max((stream.behind for stream in streams), default=0))
            if not lag or self.limit.held:  # one that is stopped does not stall
                reader.last_progress = time.monotonic()
            every += streams
        self.streams, self._lag = every, sum(stream.lag for stream in every)

    def _stream(self, reader: Reader, topic: str, ends: Mapping[Place, int]) -> Stream:
        behind = self._behind[reader.name, topic].seconds(ends, reader.committed)
        lag = reader.lag_below(ends)
        return Stream(topic=topic, reader=reader.name, end=sum(ends.values()), lag=lag, behind=round(behind, 1))

    async def _look_at_backlog(self) -> None:
        # what failed with a partition that has gone to another replica is that one's to tell
        self.unpublished = self.outgoing.seconds() if self.missing or self._lag else 0
        UNPUBLISHED.set(self.unpublished)
        if self.missing or time.monotonic() < self._backlog_at:
            return
        self._backlog_at = time.monotonic() + BACKLOG_EACH
        try:
            looking = backlog.measure(self.parts.store, self.parts.clock.now())
            self.backlog = await asyncio.wait_for(looking, PATIENCE)
        except Exception as error:  # slow or away: these gauges stay as they were
            logs.logger().warning("backlog not measured", error=logs.where(error))

    def alive(self) -> bool:
        """Progress, not mere being up. Waiting for a broker or database is no reason to be restarted, see _look."""
        since = time.monotonic() - STALLED_SECONDS
        stalled = any(reader.last_progress < since for reader in self.readers)
        return not stalled and all(view.alive for view in self.views)


def _by_topic(ends: Mapping[Place, int]) -> dict[str, dict[Place, int]]:
    """Those of partners together."""
    found: dict[str, dict[Place, int]] = defaultdict(dict)
    for place, end in ends.items():
        found[status.PARTNERS if place.topic.startswith(PARTNERS) else place.topic][place] = end
    return found
