"""How long an empty fetch waits at a broker.

Apache Kafka wakes a fetch when a record comes. The embedded broker does not: there it has to be asked again and again, and
a network in which nothing happens would take most of a processor with that. So who has had nothing for a while asks seldom.
"""

import time
from typing import Any

AFTER_SECONDS = 5.0
WAIT_MS = 100


class Doze:
    """`wait_ms`: while records come."""

    def __init__(self, wait_ms: int) -> None:
        self._awake, self._asleep = wait_ms, max(wait_ms, WAIT_MS)
        self._last = time.monotonic()

    def polled(self, consumer: Any, *, found: bool) -> None:
        """To be told of each poll of that consumer (aiokafka's, which has no setter for this)."""
        if found:
            self._last = time.monotonic()
        dozes = time.monotonic() - self._last > AFTER_SECONDS
        consumer._fetcher._fetch_max_wait_ms = self._asleep if dozes else self._awake
