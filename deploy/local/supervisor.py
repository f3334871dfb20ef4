"""Keeps one part running: starts it, waits until it is ready, starts it again when it dies."""

import asyncio
from collections.abc import Callable

from deploy.local.backoff import Backoff
from deploy.local.environment import with_own
from deploy.local.errors import PartFailed
from deploy.local.part import Part
from deploy.local.process import Process
from deploy.local.progress import Progress

_POLL = 0.1


class Supervisor:
    """Of one part. `changed` is called whenever the part's process is another one."""

    def __init__(self, part: Part, progress: Progress, changed: Callable[[], None]) -> None:
        self.part = part
        self.process: Process | None = None
        self._progress = progress
        self._changed = changed
        self._backoff = Backoff()

    async def start(self) -> None:
        """Start the part and wait until it is ready.

        Raises PartFailed; if that is because the part is slow and not dead, it is left running.
        """
        self.process = None
        self.process = await self._spawn()
        self._changed()
        await self._until_ready(self.process)
        self._progress.up(self.part.name, self.process.uptime, self.part.address)

    async def run(self) -> None:
        """Keep the part running until cancelled, which leaves the process as it is."""
        if self.process is None:
            await self._start_or_say()
        while True:
            await self.died()
            await self.revive()

    async def died(self) -> None:
        """Return when the part's process has ended."""
        if self.process is not None:
            await self.process.wait()

    async def revive(self) -> None:
        """Start a dead part again, after a while, and as often as it takes until it lives."""
        while self.process is None or not self.process.is_alive:
            await self._pause()
            await self._start_or_say()

    async def stop(self, grace: float | None = None) -> None:
        """End the part's process, if there is one. `grace`: seconds, where the part's own are not to be waited for."""
        if self.process is not None:
            await self.process.stop(self.part.grace if grace is None else grace)
            # Only now: somebody who was interrupted here may call again.
            self.process = None

    def failed(self) -> PartFailed:
        """The error that says how the part's process ended."""
        how = self.process.end() if self.process else "is not running"
        return self._failed(f"died, {how}")

    async def _pause(self) -> None:
        uptime = self.process.uptime if self.process else 0.0
        delay = self._backoff.delay(uptime)
        if self.process:
            self._progress.note(self.part.name, f"{self.failed().why}; starting again in {delay:g} s")
        await asyncio.sleep(delay)

    async def _start_or_say(self) -> None:
        try:
            await self.start()
        except PartFailed as failure:
            # Of one that died, the pause before the next start tells.
            if self.process is None or self.process.is_alive:
                self._progress.note(self.part.name, f"{failure.why} (log: {failure.log})")

    async def _spawn(self) -> Process:
        command = [*self.part.command, *self.part.arguments()]
        try:
            return await Process.spawn(command, with_own(self.part.env), self.part.log)
        except OSError as error:
            raise self._failed(f"cannot be started: {error}") from error

    async def _until_ready(self, process: Process) -> None:
        waiting: str | None = "no answer yet"
        try:
            async with asyncio.timeout(self.part.ready_within):
                while waiting is not None:
                    waiting = await self.part.ready()
                    # Asked after the check: what answered may be another process on the same port.
                    if not process.is_alive:
                        raise self.failed()
                    await asyncio.sleep(_POLL if waiting else 0)
        except TimeoutError:
            raise self._failed(f"not ready after {self.part.ready_within:g} s: {waiting}") from None

    def _failed(self, why: str) -> PartFailed:
        return PartFailed(self.part.name, why, self.part.log)
