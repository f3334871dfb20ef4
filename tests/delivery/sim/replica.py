"""One replica of a service: lives of a process, one after the other. Wired as shared.service wires it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from shared.beside import kept_up
from shared.kernel.attempts import Attempts
from shared.kernel.commands import Commands, topic
from shared.kernel.kernel import Kernel
from shared.kernel.member import Member
from shared.kernel.pipeline import Pipeline
from shared.kernel.ports import Bus, Store
from shared.kernel.recent import RecentStore
from shared.kernel.record import Record
from shared.kernel.sweeper import Sweeper
from shared.outside import from_outside
from shared.recovery.holes import PAUSE, Repair
from shared.shelf import Shelf
from tests.delivery.sim.broker import Broker
from tests.delivery.sim.bus import SimulatedBus
from tests.delivery.sim.consumer import Consumer
from tests.delivery.sim.group import SESSION
from tests.delivery.sim.log import SimulatedLog
from tests.delivery.sim.store import Database, Reached, ReachedStore
from tests.delivery.sim.view import View
from tests.delivery.sim.wire import Wire
from tests.delivery.support.little import Unsealed

START = datetime(2025, 6, 10, 0, tzinfo=UTC)
"""Nine o'clock in Japan."""
CLUSTER = "simulated"
SWEEP = 5.0
"""Seconds between two looks for what is due; fewer, the sooner something will be."""
LONGEST = 1800.0
Handle = Callable[[Sequence[Record]], Awaitable[None]]


class Stumbled(Exception):
    """Our own code, in a version that is not good."""


@dataclass(frozen=True)
class Clock:
    """A process's own: wrong by `skew`."""

    skew: timedelta

    def now(self) -> datetime:
        return self.at(asyncio.get_running_loop().time())

    def at(self, seconds: float) -> datetime:
        return START + timedelta(seconds=seconds) + self.skew


@dataclass
class Ids:
    """Never the same twice, in all processes."""

    last: int = 0

    def new(self) -> str:
        self.last += 1
        return f"r{self.last}"


@dataclass
class Life:
    """A process while it lives: what the rooms of a service may use, and its tasks."""

    name: str
    app: Any
    wire: Wire
    broker: Broker
    database: Database
    clock: Clock
    ids: Ids
    world: Any
    depth: int = 1
    consumers: list[Consumer] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bus: Bus = SimulatedBus(self.broker, self.wire)
        self.store: Store = ReachedStore(self.database, self.wire, "store")  # type: ignore[assignment]
        self.commands = Commands(self.app.NAME, self.bus, self.store, self.clock)

    def rows(self, name: str) -> Any:
        return Reached(self.database.collection(name), self.wire, name)

    def shelf(self, topic_: str) -> Shelf:
        return Shelf(self.app.NAME, topic_, self.rows(topic_), self.bus, self.clock)

    def view(self, topic_: str, model: Any) -> View:
        self.views.append(made := View(self.broker, self.wire, topic_, model))
        self.begin(made.follow())
        return made

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(work))

    def read(self, reader: str, topics: Sequence[str], handle: Handle, **more: Any) -> Consumer:
        """Joins the group. `more`: what the kernel's own reader has beside; with `stages`, in second gear."""
        service = self.app.NAME
        group = self.broker.group(f"tsunagu.{service}.{reader}.{CLUSTER}", topics)
        consumer = Consumer(f"{self.name}.{reader}", self.wire, self.broker, group)
        gear = Pipeline if "stages" in more else Member
        consumer.member = gear(
            reader, consumer, handle, on_error=self._failed, now=asyncio.get_running_loop().time,
            **{"committed": {}, **more},
        )  # fmt: skip
        self.consumers.append(consumer)
        consumer.join()
        self.begin(consumer.run())
        return consumer

    def _failed(self, where: str, error: BaseException) -> None:
        self.wire.history.note(self.name, "given back", where, repr(error)[:200])

    def _stuck(self, key: str, error: BaseException) -> None:
        self.wire.history.note(self.name, "STUCK", key, repr(error)[:200])
        self.world.failed(self.app.NAME, key, error)

    def kernel(self, view: Any) -> None:
        """The service's own reader, its sweeper, and whoever repairs holes."""
        documents = RecentStore(self.store, now=asyncio.get_running_loop().time)
        kernel = Kernel(
            self.app.NAME, CLUSTER, self.app.SUBSCRIPTIONS, self._deciders(), self.bus, documents,
            self.clock, self.ids, Unsealed(), self.world.tally, view, self.commands.answered, self._stuck,
            forget=documents.forget, horizon=self.world.horizon(self.app.NAME),
        )  # fmt: skip
        handle = Attempts(kernel.process, self.rows("attempts"), CLUSTER, from_outside)
        second: dict[str, Any] = {"stages": kernel, "depth": self.depth} if self.depth > 1 else {}
        reader = self.read(
            "kernel", self.app.SUBSCRIPTIONS.topics(), handle, committed=kernel.committed, on_break=kernel.begin_anew,
            **second,
        )  # fmt: skip
        own = topic(self.app.NAME)

        async def lag() -> int:
            return reader.lag()

        sweeper = Sweeper(self.commands, self.store, self.clock, lag, lambda key: reader.owns(own, key))
        self.begin(self._sweep(sweeper))
        repair = Repair(
            partial(SimulatedLog, self.broker, self.wire), CLUSTER, self.store, self.commands,
            self.app.SUBSCRIPTIONS, Unsealed(), self.world.tally, lambda key: reader.owns(own, key),
            asyncio.get_running_loop().time,
        )  # fmt: skip
        self.begin(kept_up("repair", partial(self._mend, repair), self._failed))

    async def _mend(self, repair: Repair) -> None:
        """`Repair.keep` looks each ten seconds; here, while there is a hole."""
        while True:
            await self.database.noted.wait()
            await asyncio.sleep(PAUSE)
            await self.wire.pause()
            try:
                await repair.round()
            except ConnectionError as error:
                self._failed("repair", error)

    def _deciders(self) -> dict[str, Any]:
        """The service's own, which now and then stumble, as a bad version would: their document is stuck then."""

        def shaky(decide: Any) -> Any:
            def decided(state: Any, asked: Any, context: Any) -> Any:
                if self.wire.chance.random() < self.wire.storm.bug:
                    raise Stumbled(f"simulated at {type(asked).__name__}")
                return decide(state, asked, context)

            return decided

        return {kind: replace(rules, decide=shaky(rules.decide)) for kind, rules in self.app.DECIDERS.items()}

    async def _sweep(self, sweeper: Sweeper) -> None:
        """`Sweeper.run` looks at the clock 200 times a second; here nothing is missed by looking when it is time."""
        while True:
            await asyncio.sleep(self._pause())
            await self.wire.pause()
            try:
                await sweeper.sweep()
            except ConnectionError as error:
                self._failed("sweeper", error)

    def _pause(self) -> float:
        due = self.database.next_due()
        left = (due - self.clock.now()).total_seconds() if due else LONGEST
        return min(LONGEST, max(SWEEP, left)) * self.wire.chance.uniform(0.9, 1.1)

    async def stop(self) -> None:
        """As on SIGTERM: batches in hand are finished, then the groups are left."""
        for consumer in self.consumers:
            assert consumer.member
            await consumer.member.finish()
            consumer.leave()
        self.end()

    def end(self) -> None:
        """Nothing of it is left; what others knew of it they find out by themselves."""
        self.wire.dead = True
        for view in self.views:
            view.close()
        for consumer in self.consumers:
            asyncio.get_running_loop().call_later(SESSION, consumer.gone)

    def freeze(self, seconds: float) -> None:
        """Its sessions run out; when it wakes it goes on where it was, and finds out later."""
        self.wire.freeze(seconds)
        for consumer in self.consumers:
            asyncio.get_running_loop().call_later(SESSION, consumer.missed)
        self.begin(self._wake())

    async def _wake(self) -> None:
        await self.wire.pause()
        for consumer in self.consumers:
            self.begin(consumer.heartbeat())
