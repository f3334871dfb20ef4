"""How long an empty fetch waits at a broker.

Apache Kafka wakes a fetch when a record comes. The embedded broker does not: there it has to be asked again and again, and
a network in which nothing happens would take most of a processor with that. So whoever has had nothing for a while asks the
less often the longer that is: what comes then comes a twentieth of that time later, and at most a tenth of a second.
"""

import time
from typing import Any

SHARE = 0.05
"""Of the time for which nothing has come."""
AT_MOST_MS = 100


class Doze:
    """`wait_ms`: while records come."""

    def __init__(self, wait_ms: int) -> None:
        self._awake, self._at_most = wait_ms, max(wait_ms, AT_MOST_MS)
        self._last = time.monotonic()

    def polled(self, consumer: Any, *, found: bool) -> None:
        """To be told of each poll of that consumer (aiokafka's, which has no setter for this)."""
        now = time.monotonic()
        if found:
            self._last = now
        share = int((now - self._last) * 1000 * SHARE)
        consumer._fetcher._fetch_max_wait_ms = min(self._at_most, max(self._awake, share))
