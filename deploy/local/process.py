"""One operating system process: started with its output going to a log, watched, stopped."""

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local import logs

_PR_SET_PDEATHSIG = 1


class Process:
    """A started process. `started` is a monotonic time in seconds."""

    def __init__(self, child: asyncio.subprocess.Process, log: Path, log_start: int) -> None:
        self._child = child
        self._log = log
        self._log_start = log_start
        self.started = time.monotonic()

    @classmethod
    async def spawn(cls, command: Sequence[str], env: Mapping[str, str], log: Path) -> "Process":
        """Start `command` with exactly `env`, stdout and stderr appended to `log`.

        Raises OSError when the command cannot be started.
        """
        log_start = logs.size(log)
        with log.open("ab") as output:
            child = await asyncio.create_subprocess_exec(
                *command,
                env=env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C in the terminal is for the supervisor alone, which stops the parts in order.
                start_new_session=True,
                preexec_fn=_end_with_parent(),
            )
        return cls(child, log, log_start)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        return self._child.returncode is None

    @property
    def uptime(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started

    async def wait(self) -> None:
        """Return when the process has ended."""
        await self._child.wait()

    async def stop(self, grace: float) -> None:
        """Ask the process to end (SIGTERM); end it (SIGKILL) when it has not after `grace` seconds."""
        if self.is_alive:
            self._child.terminate()
        try:
            await asyncio.wait_for(self.wait(), grace)
        except TimeoutError:
            self._child.kill()
            await self.wait()

    def end(self) -> str:
        """How it ended and its last words: `exit code 1: no such setting`, `killed by SIGKILL`."""
        code = self._child.returncode or 0
        how = f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
        words = logs.last_words(self._log, since=self._log_start)
        # What was logged before somebody killed it is not the reason.
        return f"{how}: {words}" if words and code >= 0 else how


def _end_with_parent() -> Callable[[], None] | None:
    """What a child does before it becomes its command: ask the kernel for SIGTERM when its parent dies.

    So that not even a killed supervisor leaves orphans behind. Linux only, None elsewhere.
    """
    if not sys.platform.startswith("linux"):
        return None
    # Loaded here: after the fork, only what cannot block is safe.
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            # It died before the kernel was asked.
            os._exit(1)

    return ask
