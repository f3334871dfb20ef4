"""The stack in the background: a supervisor process of its own, which outlives the terminal.

It is a new Python process rather than a fork, since a running event loop does not survive a fork.
What it needs to know goes to its standard input as JSON.
"""

import asyncio
import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO, cast

from pydantic import BaseModel

from deploy.local.environment import with_own
from deploy.local.errors import AlreadyRunning, StackError
from deploy.local.home import Home
from deploy.local.info import read_stack
from deploy.local.lock import holder
from deploy.local.plan import Services
from deploy.local.progress import Progress
from deploy.local.settings import LocalSettings
from deploy.local.signals import at_stop_signal
from deploy.local.stack import Prepare

_POLL = 0.1


class Request(BaseModel):
    """What to run. `settings`: only what was set; `prepare`: `module:function`."""

    settings: dict[str, Any]
    prepare: str
    services: Services


async def up_in_background(settings: LocalSettings, prepare: Prepare, services: Services, progress: Progress) -> int:
    """Start the supervisor and show its lines until the stack is up; returns the exit code. Told to stop meanwhile, it is
    stopped, too.

    Raises StackError when one already runs there, or `prepare` cannot be imported by name.
    """
    home = Home(settings.home)
    if pid := holder(home.lock_file):
        raise AlreadyRunning(f"already running in {home.path} (pid {pid}); stop it first: tsunagu down")
    request = Request(
        settings=settings.model_dump(mode="json", exclude_unset=True),
        prepare=_name_of(prepare),
        services=services,
    )
    home.make()
    home.keep_old_log("supervisor")
    supervisor = _spawn(request, home.log("supervisor"))
    with at_stop_signal(supervisor.terminate):
        return await _follow(supervisor, home, progress)


def _spawn(request: Request, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.background"],
            env=with_own({}),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    with cast(BinaryIO, process.stdin) as stdin:
        stdin.write(request.model_dump_json().encode())
    return process


async def _follow(supervisor: subprocess.Popen[bytes], home: Home, progress: Progress) -> int:
    with home.log("supervisor").open(encoding="utf-8") as log:
        try:
            while not _is_up(home, supervisor.pid):
                ended = supervisor.poll() is not None
                _show(log.readlines(), progress)
                if ended:
                    if not log.tell() and supervisor.returncode > 0:
                        progress.trouble(
                            f"it ended without a word (exit code {supervisor.returncode}); is {home.path} full?"
                        )
                    return 1
                await asyncio.sleep(_POLL)
        except asyncio.CancelledError:
            supervisor.terminate()
            raise
        _show(log.readlines(), progress)
    return 0


def _is_up(home: Home, pid: int) -> bool:
    info = read_stack(home.path)
    return info is not None and info.ready and info.pid == pid


def _show(lines: list[str], progress: Progress) -> None:
    for line in lines:
        progress.say(line.rstrip())


def _name_of(prepare: Prepare) -> str:
    module, name = getattr(prepare, "__module__", ""), getattr(prepare, "__qualname__", "")
    if module == "__main__" or not name.isidentifier():
        raise StackError("to run in the background, `prepare` must be a top-level function of a module")
    return f"{module}:{name}"


def _by_name(name: str) -> Prepare:
    module, _, function = name.partition(":")
    return cast(Prepare, getattr(importlib.import_module(module), function))


def main() -> int:
    """Be the supervisor of the request on standard input."""
    # Only here: the commands also import this module.
    from deploy.local.commands import up

    request = Request.model_validate_json(sys.stdin.buffer.read())
    running = up(
        LocalSettings(**request.settings),
        prepare=_by_name(request.prepare),
        clock_file=request.services.clock,
        extra_env=request.services.extra_env,
        commands=request.services.commands,
    )
    return asyncio.run(running)


if __name__ == "__main__":
    sys.exit(main())
