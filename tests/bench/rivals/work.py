"""What each contestant is given to do."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Work:
    """Read `steps` from its beginning as `group`; for each, change a stored document and tell one event on `totals`.

    `group` names its database, too. `folder`: for state on disk. `batch`, `depth` (so many batches
    on their way at once), `threads`: for those that have them.
    """

    servers: str
    steps: str
    totals: str
    group: str
    mongo: str
    folder: str
    batch: int = 500
    depth: int = 1
    threads: int = 1

    def said(self) -> str:
        """As an argument of a command."""
        return json.dumps(asdict(self))


def heard(argument: str) -> Work:
    return Work(**json.loads(argument))
