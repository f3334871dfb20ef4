"""The embedded stack: its parts brought up in order, kept running, taken down in order.

Up: broker, database and mail at the same time → `prepare` → the four services. Down: services, then
mail, database, broker, one after the other.

The broker keeps nothing on disk, so its death is more than a restart: the services are stopped, it
comes back under a new cluster id, `prepare` fills it again, the services start anew. Every other part
is simply started again.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable

from deploy.local.addresses import Addresses
from deploy.local.errors import AlreadyRunning, PartFailed
from deploy.local.given import check_given
from deploy.local.home import Home
from deploy.local.lock import Lock, holder
from deploy.local.plan import Plan, Services, make_plan
from deploy.local.progress import Progress
from deploy.local.record import Record
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import Supervisor
from deploy.local.together import all_of, kept_running, while_alive

Prepare = Callable[[Addresses], Awaitable[None]]
"""Called when broker, database and mail are up, and again whenever the broker has forgotten everything."""
WITHOUT_BROKER = 5.0
"""Seconds for the services to end once their broker has died: what they have in hand waits for an answer that will not come."""


class Stack:
    """One embedded stack: `start`, then `run`, then `stop`. Not to be started twice."""

    def __init__(self, settings: LocalSettings, *, prepare: Prepare, services: Services | None = None) -> None:
        self._settings = settings
        self._prepare = prepare
        self._chosen = services or Services()
        self._home = Home(settings.home)
        self._lock = Lock(self._home.lock_file)
        self._progress = Progress()
        self._record: Record | None = None
        self._backing: list[Supervisor] = []
        self._services: list[Supervisor] = []

    async def start(self, progress: Progress) -> Addresses:
        """Bring everything up. Raises StackError, after stopping what had been started."""
        self._progress = progress
        try:
            return await self._start()
        except BaseException:  # cancelled, too: no process may be left behind
            await self.stop()
            raise

    async def run(self) -> None:
        """Keep everything running until cancelled."""
        broker = next((one for one in self._backing if one.part.name == "broker"), None)
        async with kept_running(one for one in self._backing if one is not broker):
            while True:
                async with kept_running(self._services):
                    await (broker.died() if broker else asyncio.Event().wait())
                if broker:
                    await self._refill(broker)

    async def stop(self) -> None:
        """Stop what runs: the services at the same time, then mail, database, broker."""
        await self._stop_services()
        for part in reversed(self._backing):
            await part.stop()
        if self._record:
            self._record.remove()
        self._lock.release()

    async def _start(self) -> Addresses:
        self._take_home()
        plan = make_plan(self._settings, self._chosen)
        await check_given(self._settings)
        self._set_up(plan)
        await all_of(part.start() for part in self._backing)
        await self._fill()
        await while_alive(self._running(), all_of(service.start() for service in self._services))
        self._changed(ready=True)
        return plan.where

    def _take_home(self) -> None:
        self._home.make()
        if not self._lock.take():
            pid = holder(self._home.lock_file)
            raise AlreadyRunning(f"already running in {self._home.path} (pid {pid}); stop it first: tsunagu down")
        if self._settings.fresh:
            self._home.forget()
            self._home.make()

    def _set_up(self, plan: Plan) -> None:
        for note in plan.notes:
            self._progress.say(note)
        for part in (*plan.backing, *plan.services):
            self._home.keep_old_log(part.name)
        self._backing = [Supervisor(part, self._progress, self._changed) for part in plan.backing]
        self._services = [Supervisor(part, self._progress, self._changed) for part in plan.services]
        self._where = plan.where
        self._record = Record(self._home, plan)
        self._changed()

    async def _fill(self) -> None:
        """Call `prepare`. Raises PartFailed, also when a part it needs dies meanwhile."""
        await while_alive(self._running(), self._prepared())

    async def _prepared(self) -> None:
        log = self._home.log("prepare")
        try:
            await self._prepare(self._where)
        except Exception as error:
            log.write_text(traceback.format_exc(), encoding="utf-8")
            raise PartFailed("prepare", f"failed: {type(error).__name__}: {error}", log) from error

    async def _refill(self, broker: Supervisor) -> None:
        """Bring a dead broker back and fill it, as often as it takes; leaves the services stopped."""
        await self._stop_services(WITHOUT_BROKER)
        while True:
            await broker.revive()
            try:
                return await self._fill()
            except PartFailed as failure:
                self._progress.note(failure.part, f"{failure.why}; starting the broker again")
                # Half filled: the next one begins with nothing again.
                await broker.stop()

    async def _stop_services(self, grace: float | None = None) -> None:
        await all_of(service.stop(grace) for service in self._services)

    def _running(self) -> list[Supervisor]:
        return [part for part in self._backing if part.process is not None]

    def _changed(self, ready: bool = False) -> None:
        if self._record:
            self._record.ready |= ready
            self._record.write([*self._backing, *self._services])
