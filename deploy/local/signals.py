"""Being told to stop: by the keyboard, by a service manager, by a terminal that is closed."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def at_stop_signal(stop: Callable[[], object]) -> Iterator[list[signal.Signals]]:
    """Inside the block the first stop signal calls `stop`; later ones are only added to the list."""
    loop = asyncio.get_running_loop()
    seen: list[signal.Signals] = []

    def on(name: signal.Signals) -> None:
        if not seen:
            stop()
        seen.append(name)

    # nohup has SIGHUP ignored, and means it.
    unheard = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else set()
    heeded = [name for name in _STOP_SIGNALS if name not in unheard]
    for name in heeded:
        loop.add_signal_handler(name, on, name)
    try:
        yield seen
    finally:
        for name in heeded:
            loop.remove_signal_handler(name)
