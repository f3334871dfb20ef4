"""When is it over: every referral ended, every mail answered, nothing under way, and verified."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.delivery.support.network import Network, until
from tests.delivery.support.people import People
from tests.delivery.support.topics import updates
from tsunagu.demo.planned import Planned
from tsunagu.verify import Report, render, verify

COMPLETED = "tsunagu.referral.completed.v1"
ESCALATED = "tsunagu.referral.escalated.v1"
Told = dict[tuple[str, str], list[dict[str, Any]]]


async def ended(network: Network, plans: Sequence[Planned], within: float) -> Told:
    """Returns the updates of these referrals once the last of each is an end."""
    orgs = sorted({plan.org for plan in plans})

    async def all_ended() -> Told | None:
        told = await updates(network, *orgs)
        mine = {(plan.org, plan.reference): told.get((plan.org, plan.reference), []) for plan in plans}
        ends = Counter(steps[-1]["type"] if steps else "nothing" for steps in mine.values())
        print(dict(ends), flush=True)
        return mine if set(ends) <= {COMPLETED, ESCALATED} else None

    return dict(await until("every referral completed or escalated", all_ended, within, pause=1.5))


def each_in_order(told: Told) -> None:
    """Fails where a partner was told a step twice, too early or not at all, or two ends."""
    for referral, steps in told.items():
        assert [step["sequence"] for step in steps] == list(range(1, len(steps) + 1)), referral
        assert [step["type"] for step in steps].count(COMPLETED) <= 1, referral


async def verified(network: Network, within: float = 60) -> Report:
    """Once nothing is under way any more: fails on anything lost, twice or otherwise wrong."""
    report: Report = await until("nothing is under way", lambda: _settled(network), within)
    assert report.ok, f"\n{render(report)}"
    assert report.total().missing == report.total().twice == 0
    return report


async def _settled(network: Network) -> Report | None:
    report = await verify(network.kafka, network.where.mongo)
    return report if report.in_flight == 0 or not report.ok else None


class living:  # noqa: N801  # reads as `async with living(people)`
    """Inside the block people read and answer their mails; an error of theirs is the test's.

    They begin where those before them on the same network ended.
    """

    def __init__(self, people: People) -> None:
        self._people = people

    async def __aenter__(self) -> People:
        self._people.after = self._people.after or self._people.network.answered.get("after", 0)
        self._task = asyncio.create_task(self._people.live())
        return self._people

    async def __aexit__(self, *_: object) -> None:
        self._people.network.answered["after"] = self._people.after
        if self._task.done():
            self._task.result()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
