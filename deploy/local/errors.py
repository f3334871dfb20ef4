"""What can go wrong with the embedded stack. `str(error)` is one line, fit to be shown as it is."""

import errno
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Of a file that was open already, and so is not named."""


class StackError(Exception):
    """The stack cannot be started, or not be reached."""


class AlreadyRunning(StackError):
    """Another supervisor holds the same state folder."""


class PortsTaken(StackError):
    """Ports somebody asked for are not free; names each of them."""


class Unreachable(StackError):
    """An address somebody gave instead of an embedded part does not answer."""


class PartFailed(StackError):
    """A part died or did not become ready: which one, why, and where its log is."""

    def __init__(self, part: str, why: str, log: Path) -> None:
        super().__init__(f"{part} {why} (log: {log})")
        self.part = part
        self.why = why
        self.log = log
