"""What partners do meanwhile: publish, over Kafka and HTTP, twice at times, and nonsense; until it is acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx
from aiokafka.errors import KafkaError

from tests.chaos.plan import Wishes
from tests.delivery.support.network import Network
from tests.delivery.support.partner import Partner, as_of, join, orgs_of, planned
from tests.delivery.test_poison import ORG as POISONER
from tests.delivery.test_poison import POISONS
from tsunagu.demo.planned import Planned

EVENTS_EACH = 38
"""So many come of one referral, from service to service (measured)."""
HTTP_EVERY, TWICE_EVERY = 4, 10
"""Of the referrals, every fourth goes over HTTP, every tenth is published twice."""
HARMFUL = [name for name in POISONS if name not in ("5 MB", "used reference")]
"""One record each, which the broker takes."""
FAULT_SECONDS = 6.0
"""About so long a fault takes, with the pause before it: over that time the load is spread."""
AT_MOST = 3000
"""Referrals that the demo's world has to give."""
Work = Callable[[], Awaitable[None]]


@dataclass
class Load:
    """`plans`: what there is to publish, `needed` of them at least. `told`: those that were. `acknowledged`, `poisoned`:
    so many so far. `over`: all of it is acknowledged.
    """

    net: Network
    wishes: Wishes
    plans: Sequence[Planned]
    needed: int
    partners: dict[str, Partner]
    told: list[Planned] = field(default_factory=list)
    acknowledged: int = 0
    poisoned: int = 0
    over: bool = False

    async def run(self, quiet: Callable[[], bool]) -> None:
        """What is needed, and more of it until `quiet`: what was hit must have something to go on with."""
        pause = max(0.05, FAULT_SECONDS * self.wishes.faults / self.needed)
        async with asyncio.TaskGroup() as group:
            for number, plan in enumerate(self.plans):
                if number >= self.needed and quiet():
                    break
                self.told.append(plan)
                for work in [self._good(plan, number), *map(self._bad, self._poison(number))]:
                    group.create_task(_until_taken(work))
                await asyncio.sleep(pause)
        self.over = True

    def _poison(self, number: int) -> range:
        """Which poison comes with this referral: evenly spread over those that are needed."""
        first, last = (min(n, self.needed) * self.wishes.poison // self.needed for n in (number, number + 1))
        return range(first, last)

    def _good(self, plan: Planned, number: int) -> Work:
        over_http = self.wishes.broker == "embedded" or number % HTTP_EVERY == 0

        async def work() -> None:
            partner = self.partners[plan.org]
            await (self._post(partner, plan) if over_http else partner.publish(plan))
            if number % TWICE_EVERY == 1:
                await (self._post(partner, plan) if over_http else partner.publish(plan))
            self.acknowledged += 1

        return work

    def _bad(self, number: int) -> Work:
        """Each under a reference of its own."""
        name = HARMFUL[number % len(HARMFUL)]
        plan = as_of(self.plans[number % len(self.plans)], self.net.clock.now(), f"X-{number:04}")

        async def work() -> None:
            await POISONS[name].send(self.partners[POISONER], plan)
            self.poisoned += 1

        return work

    async def _post(self, partner: Partner, plan: Planned) -> None:
        """Acknowledged is what can be read back: that it is stored, and not on its way, whatever is forgotten."""
        url = f"{self.net.where.services['intake']}/referrals"
        head = {"Authorization": f"Bearer {partner.api_key}", "Idempotency-Key": plan.reference}
        (await self.net.http.post(url, json=partner.body(plan), headers=head)).raise_for_status()
        (await self.net.http.get(f"{url}/{plan.reference}", headers=head)).raise_for_status()


async def _until_taken(work: Work) -> None:
    """A partner whose client fails says it again, under the same id."""
    pause = 0.5
    while True:
        try:
            return await work()
        except (KafkaError, httpx.HTTPError):
            await asyncio.sleep(pause)
            pause = min(3.0, 1.5 * pause)


async def make(net: Network, wishes: Wishes) -> Load:
    """Partners join, and plan what they will publish."""
    needed = max(1, wishes.events // EVENTS_EACH)
    plans = planned(max(needed, AT_MOST), net.clock.now(), prefix="C")
    orgs = [*orgs_of(plans), *([POISONER] if wishes.poison else [])]
    return Load(net, wishes, plans, needed, await join(net, orgs))
