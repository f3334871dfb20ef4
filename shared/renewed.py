"""What a service connects with, in files that others renew: certificates, their keys, passwords.

Whoever renews them (cert-manager, a vault, an operator) tells nobody, and clients go on with what they have read until a
server turns them away. So the process ends (77), whoever runs it starts it again, and it connects with what is new: but not
before all of it would be taken at a start, for a certificate whose key has not come yet would let nobody in.
"""

import asyncio
import hashlib
from pathlib import Path

from shared import logs
from shared.connections import Connections
from shared.settings import WrongSettings, made

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
            now = _now()
        except (WrongSettings, OSError) as error:
            self._tell(str(error))
            return False
        self._known = self._known or now
        return now != self._known

    def _tell(self, flaw: str) -> None:
        """Once."""
        if flaw != self._flaw:
            self._flaw = flaw
            logs.logger().warning("not to be renewed yet", flaw=flaw)


def _now() -> str:
    """Raises WrongSettings, OSError."""
    read = made(Connections)
    found = hashlib.sha256(read.model_dump_json().encode())
    for _, value in read:
        if isinstance(value, Path):
            found.update(value.read_bytes())
    return found.hexdigest()
