"""What every service is: a kernel with its reader and sweeper, a web server, and perhaps more readers and views.

build (nothing runs) -> run: web first, so that one can ask how it stands; then wait for broker and database, and read
back what the database lacks; then work, until SIGTERM: finish the batches in hand, commit, leave the groups, stop the
web server.
"""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import FastAPI

from shared import logs, overrun
from shared.beside import Work, kept_up
from shared.errors import NewerVersion, TsunaguError
from shared.ids import RandomIds
from shared.kafka import needed
from shared.kafka.connection import cluster_id
from shared.kafka.log import Log
from shared.kafka.outgoing import Outgoing
from shared.kafka.reader import Handle, Reader
from shared.kafka.view import View
from shared.kernel import commands as command_topic
from shared.kernel import dead_letters, journal
from shared.kernel.attempts import Attempts
from shared.kernel.decider import Decider
from shared.kernel.kernel import Kernel
from shared.kernel.limit import Limit
from shared.kernel.recent import RecentStore
from shared.kernel.record import Input, Message, Subscriptions
from shared.kernel.sweeper import Sweeper
from shared.letters.desk import LetterDesk
from shared.outside import from_outside
from shared.parts import Parts
from shared.process import STOP_WITHIN, WEB_WITHIN, done_within
from shared.recovery.catch_up import Recovery
from shared.recovery.holes import Repair
from shared.recovery.marker import MarkedStore, check_schema
from shared.refusals import reason
from shared.renewed import Renewed
from shared.starting import reach
from shared.status.teller import Teller
from shared.watch import Watch
from shared.web.server import listening, served, server


@dataclass
class Service:
    """See module. `view`: what the kernel decides by; `others`: further views, for pages and outlets.

    `extras`: (name, handle, topics or pattern) of further readers. `checks`: raise until all is right. `on_reused`: see
    Kernel. `ending`: it is to stop.
    """

    parts: Parts
    subscriptions: Subscriptions
    deciders: Mapping[str, Decider[Any]]
    app: FastAPI
    view: View[Any] | None = None
    others: tuple[View[Any], ...] = ()
    extras: list[tuple[str, Handle, dict[str, Any]]] = field(default_factory=list)
    checks: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = ()
    on_reused: Callable[[Input], Sequence[Message]] = lambda _input: ()
    readers: list[Reader] = field(default_factory=list)
    starting: list[str] = field(default_factory=lambda: ["broker", "database", "start"])
    sweeper: Sweeper | None = None
    repair: Repair | None = None
    watch: Watch | None = None
    recovery: Recovery | None = None
    limit: Limit = field(default_factory=Limit)
    outgoing: Outgoing = field(init=False)
    desk: LetterDesk = field(init=False)
    teller: Teller = field(init=False)
    renewed: Renewed = field(default_factory=Renewed)
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    cluster: str = ""

    def __post_init__(self) -> None:
        p = self.parts
        self.outgoing = Outgoing(p.bus)
        self.desk = LetterDesk(p.settings.broker(), p.bus, p.store, p.commands, lambda: self.cluster)
        self.teller = Teller(self, self.desk.book)

    async def run(self) -> int:
        """Until SIGTERM or SIGINT. Returns the exit code: 0, or that of Watch.run, Renewed.until or `served`, with which it
        wants to be started again. Raises TsunaguError where it cannot listen.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.ending.set)
        at = (self.parts.settings.http_host, self.parts.settings.http_port)
        web, door = server(self.app, *at), listening(*at)
        serving = asyncio.create_task(served(web, door))
        working, renewing = asyncio.create_task(self._work()), asyncio.create_task(self.renewed.until())
        telling = asyncio.create_task(self.teller.run())
        stopping = asyncio.create_task(self.ending.wait())
        await asyncio.wait([serving, working, renewing, stopping], return_when=asyncio.FIRST_COMPLETED)
        code = next((task.result() for task in (working, renewing, serving) if task.done() and not task.cancelled()), 0)
        self.ending.set()
        for task in (working, renewing, telling):
            task.cancel()
        in_time = await done_within(STOP_WITHIN - WEB_WITHIN, self._stop())
        web.should_exit = True
        await asyncio.wait([serving], timeout=WEB_WITHIN)
        logs.logger().info("stopped", code=code, in_time=in_time)
        return code

    async def _work(self) -> int:
        await self._reach("broker", self._find_cluster)
        await self._reach("broker", self.parts.bus.start)  # first: what it waits for from here on, it tells
        await self._reach("database", self._open_database)
        await self._reach("topics", self._check_topics)
        await self._reach("restore", self._restore)
        for view in self._views():
            await self._reach(view.topic, view.start)
        for check in self.checks:
            await self._reach("keys", check)
        self._build()
        await asyncio.gather(*(self._reach(f"reader {reader.name}", reader.start) for reader in self.readers))
        assert self.sweeper and self.recovery and self.repair
        self.starting.clear()
        sweep = partial(self.sweeper.run, self.parts.settings.sweep_seconds, self._failed)
        works: dict[str, Work] = {"sweeper": sweep, "recovery": self.recovery.keep, "repair": self.repair.keep}
        beside = [asyncio.create_task(kept_up(what, work, self._failed)) for what, work in works.items()]
        logs.logger().info("ready", cluster=self.cluster)
        try:
            self.watch = Watch(
                self.parts, self.cluster, self.readers, self._views(), self.recovery, self.outgoing, self.limit
            )
            code = await self.watch.run()
        finally:
            for task in beside:
                task.cancel()
        if self.watch.outpaced:
            self.starting = [f"a newer version works here, too ({self.watch.outpaced}): start it in place of this one"]
            self.readers, self.watch = [], None
            await asyncio.Event().wait()  # not ended: whoever starts it again would start the same version
        return code

    def _reach(self, what: str, attempt: Callable[[], Any]) -> Coroutine[Any, Any, None]:
        return reach(self, what, attempt, lambda what, error: reason(what, error, self.parts.settings))

    async def _open_database(self) -> None:
        """Looked at before anything is written: another version's is left as it is."""
        await check_schema(self.parts.store)
        await self.parts.store.prepare()

    async def _check_topics(self) -> None:
        name = self.parts.name
        others = {journal.topic(name), dead_letters.topic(name), *(view.topic for view in self._views())}
        await needed.check(self.parts.settings.broker(), self.subscriptions.topics(), others)

    async def _find_cluster(self) -> None:
        self.cluster = await cluster_id(self.parts.settings.broker())

    async def _restore(self) -> None:
        p = self.parts
        await self._find_cluster()  # it may have become another one while we waited to be told of it
        self.recovery = Recovery(
            p.name, p.settings.broker(), self.cluster, self._group("kernel"), p.store, p.bus, p.clock, self.deciders,
            self.subscriptions, p.metrics, p.seals,
        )  # fmt: skip
        try:
            await self.recovery.start(self._restoring)
        except TsunaguError as error:
            self.starting = [str(error)]
            raise
        self.starting = ["start"]

    def _restoring(self, read: int) -> None:
        self.starting = [f"restoring: {read} decisions looked at"]

    def _build(self) -> None:
        p = self.parts
        assert self.recovery
        documents = RecentStore(MarkedStore(p.store, self.recovery.marker))
        self.limit = Limit(p.settings.stop_after, p.settings.stop_share)
        kernel = Kernel(
            p.name, self.cluster, self.subscriptions, self.deciders, self.outgoing, documents, p.clock, RandomIds(),
            p.seals, p.metrics, self.view and self.view.items, p.commands.answered, self._stuck, within=overrun.within,
            forget=documents.forget, limit=self.limit, on_reused=self.on_reused,
        )  # fmt: skip
        handle = Attempts(kernel.process, p.store.rows("attempts"), self.cluster, from_outside)
        main = self._reader(
            "kernel", handle, topics=self.subscriptions.topics(), committed=kernel.committed, stages=kernel,
            depth=p.settings.batches_at_once, on_break=kernel.begin_anew,
        )  # fmt: skip
        self.readers = [main, *(self._reader(name, handle, **what) for name, handle, what in self.extras)]
        owns = partial(main.owns, command_topic.topic(p.name))
        self.sweeper = Sweeper(p.commands, p.store, p.clock, main.lag, owns)
        self.repair = Repair(
            partial(Log, p.settings.broker()), self.cluster, p.store, p.commands, self.subscriptions, p.seals, p.metrics,
            owns,
        )  # fmt: skip

    def _reader(self, name: str, handle: Handle, **what: Any) -> Reader:
        settings = self.parts.settings
        return self.parts.reader(
            name, settings.broker(), self._group(name, "pattern" in what), handle, on_error=self._failed,
            **{"wait_ms": settings.kafka_wait_ms, **what},
        )  # fmt: skip

    def _group(self, reader: str, of_partners: bool = False) -> str:
        """Offsets of our topics mean something within their generation; those of partners' topics outlive it."""
        cluster = self.cluster.removesuffix(self.parts.settings.broker().suffix) if of_partners else self.cluster
        return f"tsunagu.{self.parts.name}.{reader}.{cluster}"

    def _failed(self, where: str, error: BaseException) -> None:
        if self.watch and isinstance(error, NewerVersion):
            self.watch.outpaced = str(error)
        self.parts.metrics.add("failures", where=where)
        logs.logger().warning("given back", where=where, error=logs.where(error))

    def _stuck(self, key: str, error: BaseException) -> None:
        self.parts.metrics.add("stuck")
        logs.logger().error("stuck", document=key, error=logs.where(error))

    @property
    def waiting_for(self) -> list[str]:
        """Broker, database, what is still to be done before the start, or somebody to look into what stopped it."""
        return [*self.starting, *(self.watch.missing if self.watch else ()), *filter(None, (self.limit.held,))]

    def alive(self) -> bool:
        """See Watch. One that has not begun is."""
        return self.watch is None or self.watch.alive()

    def _views(self) -> tuple[View[Any], ...]:
        return (*filter(None, (self.view,)), *self.others)

    def swept(self) -> datetime:
        """All that was due at this time has had its tick."""
        return self.sweeper.swept if self.sweeper else datetime.fromtimestamp(0, UTC)

    async def _stop(self) -> None:
        noted = self.recovery.noted() if self.recovery and self.readers else contextlib.nullcontext()
        async with noted:
            for reader in self.readers:
                await reader.stop()
        for view in self._views():
            await view.stop()
        if await self.teller.end():  # else the broker is away, and the producer would wait for it with nothing to say
            await self.parts.bus.stop()
