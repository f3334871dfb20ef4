"""A computation without an end ends its process: the next one counts the attempt (shared.kernel.attempts)."""

import faulthandler
import signal
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 30.0
"""Of processor time, so that neither a busy machine nor a frozen process is taken for one."""


def prepare() -> None:
    """On the way out it tells where every thread is: files and lines, no values."""
    faulthandler.register(signal.SIGPROF, chain=True)


@contextmanager
def within(seconds: float = SECONDS) -> Iterator[None]:
    """The operating system keeps the time: it does so when Python itself hangs."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
