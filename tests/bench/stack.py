"""A whole network to measure: everything embedded, supporters without end, one partner."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from deploy.kafka import topics
from deploy.local.home import Home
from services.intake.domain.commands import case_key
from tests.delivery.support.network import Network, network, until
from tests.delivery.support.partner import Partner, import_roster, join, planned, roster
from tests.delivery.support.topics import records
from tsunagu.demo.planned import Planned

ORG = "bench"
UNTOLD = ("commands", "journal", "dead-letters")


@dataclass
class Stack:
    net: Network
    partner: Partner
    made: int = 0

    def referrals(self, count: int) -> list[Planned]:
        """New ones, of the demo's world."""
        prefix, self.made = f"B{self.made}", self.made + 1
        plans = planned(count, self.net.clock.now(), prefix=prefix)
        return [replace(one, org=ORG) for one in plans]

    def mailed(self) -> dict[str, float]:
        """Case → when its first mail was in the mail server's hands, in seconds since the epoch."""
        first: dict[str, float] = {}
        for path in Home(self.net.home).mail.glob("*.eml"):
            case = message_from_bytes(path.read_bytes().split(b"\n", 2)[2])["X-Tsunagu-Case"]
            first[case] = min(path.stat().st_mtime, first.get(case, float("inf")))
        return first

    async def first_mail(self, case: str) -> float:
        """When it was in the mail server's hands, as `mailed` has it."""

        async def there() -> bool:
            return case in self.mailed()

        await until(f"{case} has a mail", there, 120, pause=0.1)
        return self.mailed()[case]

    async def known(self) -> None:
        """Until the partner's topic is among those that intake reads."""
        (first,) = self.referrals(1)
        first = replace(first, category="office", languages=("vi",))
        await self.partner.publish(first)
        await self.first_mail(case_of(first))
        await self.quiet()

    async def told(self, since: float) -> list[Any]:
        """Records since then on the topics on which services tell each other and the partner."""
        names = [topic.name for topic in (*topics.network(1), *topics.partner(ORG))]
        events = [name for name in names if name.partition(".")[2] not in UNTOLD and not name.endswith(".referrals")]
        return [record for record in await records(self.net, *events) if record.timestamp >= since * 1000]

    async def quiet(self) -> None:
        """Until no service has anything left to read, for two seconds."""
        since = time.monotonic()

        async def still() -> bool:
            nonlocal since
            if await self._lag():
                since = time.monotonic()
            return time.monotonic() - since > 2

        await until("nothing left to read", still, 300)

    async def _lag(self) -> float:
        """As the services' metrics have it, which look once a second."""
        pages = [(await self.net.http.get(f"{url}/metrics")).text for url in self.net.where.services.values()]
        lines = [
            line for page in pages for line in page.splitlines() if line.startswith("tsunagu_consumer_lag_records")
        ]
        return sum(float(line.rpartition(" ")[2]) for line in lines)


@asynccontextmanager
async def stack() -> AsyncIterator[Stack]:
    """Up and ready. Every supporter takes a hundred cases, near and far."""
    with TemporaryDirectory() as folder:
        async with network(Path(folder)) as net:
            await import_roster(net, [replace(row, capacity=100, max_distance_km=200) for row in roster()])
            partner = (await join(net, [ORG]))[ORG]
            await until("every service is ready", net.ready, 60)
            yield Stack(net, partner)


def case_of(plan: Planned) -> str:
    return case_key(plan.org, plan.reference)


def percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]
