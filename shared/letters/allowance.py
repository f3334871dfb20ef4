"""An operator's word that a stopped service is to go on, whatever it lays aside. Kept in the service's database, since a
stopped reader reads no topic; a database that is lost forgets it, and rightly.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.kernel.ports import Rows

ROW = "allowed"
MINUTES = 15


@dataclass(frozen=True)
class Allowance:
    """`rows`: the service's `meta`. In real time, whatever the network's clock shows."""

    rows: Rows

    async def give(self, minutes: int = MINUTES) -> None:
        await self.rows.put(ROW, {"until": (_now() + timedelta(minutes=minutes)).isoformat()})

    async def seconds(self) -> float:
        """That are left of it; 0 where none was given, or it is over."""
        row = (await self.rows.find([ROW])).get(ROW)
        left = datetime.fromisoformat(row["until"]) - _now() if row else timedelta()
        return max(0.0, left.total_seconds())


def _now() -> datetime:
    return datetime.now(UTC)
