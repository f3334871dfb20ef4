"""The replay: what is planned for a moment is done, all that follows from it is awaited, then time jumps.

Time stands still while work is in flight, so nine months take minutes, and the order of things never depends on
how fast the machine is.
"""

import heapq
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from services.intake.domain.commands import case_key
from tsunagu.demo import people
from tsunagu.demo.outside import Outside, together
from tsunagu.demo.planned import Planned
from tsunagu.demo.stage import Stage
from tsunagu.demo.world import SEED

Deed = Callable[[], Awaitable[None]]
HOUR = timedelta(hours=1)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass
class Replay:
    """`until`: no later moment is played. `on_step(now, referrals published)` after each moment."""

    stage: Stage
    outside: Outside
    seed: int = SEED
    agenda: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    published: int = 0
    steps: int = 0
    _order: Any = field(default_factory=count)
    _referrals: dict[str, Planned] = field(default_factory=dict)
    _resumed: Counter[str] = field(default_factory=Counter)

    def plan(self, referrals: list[Planned]) -> None:
        for referral in referrals:
            self._referrals[case_key(referral.org, referral.reference)] = referral
            self._put(referral.at, lambda referral=referral: self._publish(referral))  # type: ignore[misc]

    async def run(self, until: datetime, on_step: Callable[[datetime, int], None]) -> None:
        now = self.stage.clock.now()
        due = await self.stage.calm.wait(now)
        while (now := self._next(due)) <= until:
            self.stage.clock.jump(now)
            await together(*(deed() for deed in self._take(now)))
            due = await self.stage.calm.wait(now)
            await self._see_what_came(now)
            self.steps += 1
            on_step(now, self.published)

    def _next(self, due: datetime | None) -> datetime:
        """The next full hour at which anything happens."""
        moments = [moment for moment in (due, self.agenda[0][0] if self.agenda else None) if moment]
        earliest = min(moments, default=NEVER)
        full = earliest.replace(minute=0, second=0, microsecond=0)
        return full if full == earliest else full + HOUR

    def _put(self, moment: datetime, deed: Deed) -> None:
        heapq.heappush(self.agenda, (moment, next(self._order), deed))

    def _take(self, now: datetime) -> list[Deed]:
        taken = []
        while self.agenda and self.agenda[0][0] <= now:
            taken.append(heapq.heappop(self.agenda)[2])
        return taken

    async def _publish(self, referral: Planned) -> None:
        await self.outside.publish(referral, self.stage.clock.now())
        self.published += 1

    async def _see_what_came(self, now: datetime) -> None:
        for mail in sorted(await self.outside.new_mails(), key=lambda mail: str(mail["message_id"])):
            self._read(mail, now)
        for escalated in sorted(await self.outside.new_escalations(), key=lambda one: one.case):
            action = people.coordinate(escalated.reason, now, self._resumed[escalated.case])
            self._resumed[escalated.case] += 1
            self._put(action.at, lambda e=escalated, a=action: self.outside.coordinate(e.case, a))  # type: ignore[misc]

    def _read(self, mail: dict[str, Any], now: datetime) -> None:
        """A supporter reads a mail and makes up their mind."""
        headers, supporter = mail["headers"], mail["to"][0].split("@")[0]
        if "X-Tsunagu-Case" not in headers:
            return  # somebody's link to sign in with
        referral, link = self._referrals[headers["X-Tsunagu-Case"]], headers["X-Tsunagu-Link"]
        offer = ".".join(mail["message_id"].split("@")[0].split(".")[:-1])
        match headers["X-Tsunagu-Kind"]:
            case "offer":
                action: Any = people.answer(self.seed, supporter, offer, now, referral.mode, referral.urgency)
            case "confirmed":
                until = referral.when[1] if referral.when else None
                action = people.follow_through(self.seed, supporter, offer, referral.category, now, until)
            case _:
                action = None
        if action:
            self._put(action.at, lambda: self.outside.act(link, action))
