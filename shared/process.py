"""How the process of a service begins, and that it ends."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, Protocol, get_type_hints

import uvloop

from shared import overrun
from shared.errors import TsunaguError

STOP_WITHIN = 20.0
"""Seconds; whoever stops a service waits for 30 before they kill it."""
WEB_WITHIN = 6.0
"""Of these, for the answers that the web server still owes; it gives up a second earlier by itself."""
COLLECT_EVERY = 60.0
"""Seconds."""


class Runs(Protocol):
    async def run(self) -> int:
        """Until it is told to end; returns the exit code. Raises TsunaguError where something is to be changed first."""


def main(service: str) -> None:
    """The whole of a service's __main__: its app is loaded, told the settings that its `build` takes, and started.

    Loading makes hardly any garbage, and looking for it was a sixth of the time: so nothing is loaded before this.
    """
    gc.disable()
    build = import_module(f"services.{service}.app").build
    from shared import logs, settings

    read = settings.read(get_type_hints(build)["settings"])
    logs.configure(service, read.log_level)
    start(lambda: build(read))


def start(build: Callable[[], Runs]) -> None:
    """Ends with 2 where something is to be changed first."""
    overrun.prepare()
    uvloop.run(_run(build))


def collect_seldom() -> None:
    """To be called once all is imported, which is then never looked at again. By itself Python looks through its youngest
    objects whenever 700 more have come than gone: a batch makes tens of thousands, and nearly all go without a collector.
    So only what stays lets it look: a hundred thousand objects, some ten megabytes.
    """
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)
    gc.enable()


async def collect_what_is_young() -> None:
    """For ever, each minute: else what goes in circles (a sealed text that was opened, with its key) would lie about for
    hours where little happens. A few milliseconds.
    """
    while True:
        await asyncio.sleep(COLLECT_EVERY)
        gc.collect(1)


async def _run(build: Callable[[], Runs]) -> None:
    try:
        service = build()
        collect_seldom()
        collecting = asyncio.create_task(collect_what_is_young())
        code = await service.run()
        collecting.cancel()
    except TsunaguError as error:
        print(error, file=sys.stderr, flush=True)
        code = 2
    os._exit(code)  # not sys.exit: a thread of the database driver, or a task, may still wait


async def done_within(seconds: float, work: Coroutine[Any, Any, None]) -> bool:
    """Whether it was. Else it is left to itself: a client library that waits for its broker forever must not keep a process
    from ending, and what it has not committed comes again to whoever is next. Raises what `work` raised.
    """
    task = asyncio.create_task(work)
    await asyncio.wait([task], timeout=seconds)
    if task.done():
        task.result()
    return task.done()
