"""How long to wait before something that died is started again."""

FIRST = 0.5
LONGEST = 10.0
STEADY = 30.0


class Backoff:
    """0.5 s, doubling to 10 s; from the beginning again after 30 s without dying."""

    def __init__(self) -> None:
        self._next = FIRST

    def delay(self, uptime: float) -> float:
        """Seconds to wait before the next start of something that lived for `uptime` seconds."""
        delay = FIRST if uptime >= STEADY else self._next
        self._next = min(LONGEST, delay * 2)
        return delay
