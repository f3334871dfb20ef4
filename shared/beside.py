"""Work that a process does beside its batches, for as long as it lives."""

import asyncio
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[object]]
PAUSE = 1.0
"""Seconds before it begins anew."""


async def kept_up(what: str, work: Work, failed: Callable[[str, BaseException], None]) -> None:
    """Begins it anew whenever it ends. A cancellation that is none of ours (a client library's own, gone astray) ends a task
    without a word: nothing would be swept, noted or repaired any more, and the process would still say that it is well.
    """
    while True:
        try:
            await work()
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            failed(what, error)
        except Exception as error:
            failed(what, error)
        await asyncio.sleep(PAUSE)
