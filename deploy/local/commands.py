"""What the command line calls: bring the stack up, take it down, see whether it runs."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.background import up_in_background
from deploy.local.errors import FULL, StackError
from deploy.local.home import Home
from deploy.local.info import StackInfo, read_stack, read_stack_file
from deploy.local.lock import holder
from deploy.local.parts import SERVICE_COMMANDS
from deploy.local.plan import Services
from deploy.local.progress import Progress
from deploy.local.settings import LocalSettings
from deploy.local.signals import at_stop_signal
from deploy.local.stack import Prepare, Stack

__all__ = ["StackInfo", "down", "read_stack", "up"]

# Services at the same time, then mail, database, broker: 15 s each at the most.
_LONGEST_STOP = 75.0


async def up(
    settings: LocalSettings,
    *,
    prepare: Prepare,
    clock_file: Path | None = None,
    extra_env: Mapping[str, Mapping[str, str]] | None = None,
    commands: Mapping[str, Sequence[str]] = SERVICE_COMMANDS,
    detach: bool = False,
    progress: Progress | None = None,
) -> int:
    """Run the stack until SIGINT, SIGTERM or SIGHUP; with `detach`, return once it is up.

    `prepare` fills broker and database; with `detach` it must be a function at the top level of an
    importable module. `extra_env`, `commands`: by service. Returns the exit code, 1 after one line on
    what failed.
    """
    progress = progress or Progress()
    services = Services(commands=commands, extra_env=extra_env or {}, clock=clock_file)
    try:
        if detach:
            return await up_in_background(settings, prepare, services, progress)
        return await _up(Stack(settings, prepare=prepare, services=services), progress)
    except StackError as error:
        progress.trouble(str(error))
    except OSError as error:
        if error.errno not in FULL:
            raise
        progress.trouble(f"{settings.home} cannot be written: {error.strerror}")
    return 1


def down(home: Path, progress: Progress | None = None) -> int:
    """Stop the stack of the state folder `home`; return once it is gone. Exit code 1 when it is not."""
    progress = progress or Progress()
    pid = holder(Home(home).lock_file)
    if pid is None:
        progress.say(_nothing_runs(home))
        return 0
    os.kill(pid, signal.SIGTERM)
    if not _gone(home, within=_LONGEST_STOP):
        progress.trouble(f"still stopping after {_LONGEST_STOP:g} s (pid {pid})")
        return 1
    progress.say(f"stopped (pid {pid})")
    return 0


async def _up(stack: Stack, progress: Progress) -> int:
    work = asyncio.ensure_future(_start_and_run(stack, progress))

    def stop() -> None:
        progress.say("stopping")
        work.cancel()

    with at_stop_signal(stop) as seen:
        try:
            await work
        except asyncio.CancelledError:
            if not seen:
                raise
        finally:
            await stack.stop()
    progress.say("stopped")
    return 0


async def _start_and_run(stack: Stack, progress: Progress) -> None:
    where = await stack.start(progress)
    by_key = "Ctrl-C or: " if sys.stdout.isatty() else ""  # in the background there are no keys
    progress.say(f"up: mail at {where.inbox}; stop with {by_key}tsunagu down")
    await stack.run()


def _nothing_runs(home: Path) -> str:
    stale = read_stack_file(home)
    if stale is None:
        return f"nothing runs in {home}"
    Home(home).stack_file.unlink(missing_ok=True)
    return f"nothing runs in {home}; its last stack (pid {stale.pid}) ended without being stopped"


def _gone(home: Path, within: float) -> bool:
    deadline = time.monotonic() + within
    while holder(Home(home).lock_file) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
