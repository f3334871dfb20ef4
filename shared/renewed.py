"""What a service connects with, in files that others renew: certificates, their keys, passwords.

Whoever renews them (cert-manager, a vault, an operator) tells nobody, and clients go on with what they have read until a
server turns them away. So the process ends (77), whoever runs it starts it again, and it connects with what is new: but not
before all of it would be taken at a start, for a certificate whose key has not come yet would let nobody in.

And whoever was to renew them may have stopped long ago: so each look tells, as a metric, when they expire.
"""

import asyncio
import hashlib

from shared import logs
from shared.connections import Connections
from shared.metrics import CERTIFICATES, EXPIRES
from shared.settings import WrongSettings, made
from shared.tls import expires

RENEWED = 77
EVERY = 10.0
"""Seconds between two looks."""


class Renewed:
    """`every`: seconds. Remembers a hash of what was there at its first look, and no secret."""

    def __init__(self, every: float = EVERY) -> None:
        self._every, self._known, self._flaw = every, "", ""

    async def until(self) -> int:
        """Returns the exit code once all is whole, and not as it was."""
        while True:
            if self.renewed():
                logs.logger().info("renewed: to be started again with the new files")
                return RENEWED
            await asyncio.sleep(self._every)

    def renewed(self) -> bool:
        """Whether it is another whole than at the first look."""
        try:
            read = made(Connections)
            now = _hash(read)
            _tell_when_they_expire(read)
        except (WrongSettings, OSError, ValueError) as error:  # the last two: of a file that is just being written
            self._tell(str(error))
            return False
        self._known = self._known or now
        return now != self._known

    def _tell(self, flaw: str) -> None:
        """Once."""
        if flaw != self._flaw:
            self._flaw = flaw
            logs.logger().warning("not to be renewed yet", flaw=flaw)


def _hash(read: Connections) -> str:
    """Raises OSError."""
    found = hashlib.sha256(read.model_dump_json().encode())
    for file in read.files().values():
        found.update(file.read_bytes())
    return found.hexdigest()


def _tell_when_they_expire(read: Connections) -> None:
    """Raises OSError, ValueError."""
    for setting, file in read.files().items():
        if setting in CERTIFICATES:
            EXPIRES.labels(setting).set(expires(file))
