"""The lock that lets one supervisor at a time have a state folder."""

import fcntl
import os
import time
from pathlib import Path


class Lock:
    """Held by the supervisor while it lives; the kernel releases it when the process is gone.

    More certain than a process id in a file, which may since belong to somebody else. The holder's
    is written into the file only so that it can be found.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, patience: float = 0.5) -> bool:
        """Take the lock, or return False when another process still has it after `patience` seconds.

        The patience is for `holder`, which takes the lock for a moment itself.
        """
        deadline = time.monotonic() + patience
        while (file := _try(self._path)) is None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)
        os.truncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock up, if it is held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def holder(path: Path) -> int | None:
    """The process id of the living process that holds the lock file at `path`, or None."""
    if not path.exists():
        return None
    file = _try(path)
    if file is not None:
        os.close(file)
        return None
    written = path.read_text()
    return int(written) if written else None


def _try(path: Path) -> int | None:
    # Python opens files so that child processes do not inherit them: the parts never hold the lock.
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file
