"""Waiting for several things at once."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

from deploy.local.supervisor import Supervisor

Work = Coroutine[Any, Any, None]


async def all_of(works: Iterable[Work]) -> None:
    """Run `works` at the same time. The first error cancels the others and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def while_alive(needed: Iterable[Supervisor], work: Work) -> None:
    """Run `work`. Raises PartFailed, and cancels it, as soon as a needed part dies."""
    task = asyncio.ensure_future(work)
    deaths = {asyncio.ensure_future(part.died()): part for part in needed}
    try:
        await asyncio.wait([task, *deaths], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise next(part.failed() for death, part in deaths.items() if death.done())
        task.result()
    finally:
        await _cancel(task, *deaths)


@asynccontextmanager
async def kept_running(parts: Iterable[Supervisor]) -> AsyncIterator[None]:
    """Inside the block, parts that die are started again. Leaving it leaves them as they are."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(part.run()) for part in parts]
        yield
        for task in tasks:
            task.cancel()


async def _cancel(*tasks: asyncio.Future[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
