"""I10: one replica's clock an hour off changes no outcome that time does not decide.

In the seeds two of five replicas have such a clock, and every promise holds. Here nothing is left to chance but the order:
each case has one supporter who may be asked, and who accepts and reports.
"""

import asyncio
from contextlib import ExitStack
from datetime import timedelta
from email.message import Message
from random import Random
from typing import Any

import pytest

from services.matching.domain.commands import Enrol, Profile
from services.notify.domain.commands import Accept, Report
from shared.events.referrals import ReferralPublished
from tests.delivery.sim import loop
from tests.delivery.sim.invariants import broken
from tests.delivery.sim.mail import Network
from tests.delivery.sim.partners import LANGUAGES
from tests.delivery.sim.people import SEALED, People
from tests.delivery.sim.replica import Clock
from tests.delivery.sim.run import outside
from tests.delivery.sim.world import World


class Willing(People):
    def got(self, mail: Message) -> None:
        id_, supporter = str(mail["Message-ID"]), str(mail["To"]).split("@")[0]
        self.mails.append(id_)
        offer: dict[str, Any] = {"case": str(mail["X-Tsunagu-Case"]), "number": int(id_.split(".")[1])}
        if mail["X-Tsunagu-Kind"] == "offer":
            self.ask("notify", supporter, Accept(**offer), f"accept-{id_}")
        elif mail["X-Tsunagu-Kind"] == "confirmed":
            self.ask("notify", supporter, Report(**offer, minutes=5, outcome="resolved"), f"report-{id_}")


class Calm(World):
    """Nothing goes wrong but the clock of that replica."""

    def __init__(self, slot: tuple[str, int], skew: timedelta) -> None:
        super().__init__(1, 0)
        self.storm.over()
        self.people = Willing(self, Random(1), Clock(timedelta()))
        self.network = Network(self.people.got)
        self.skews = dict.fromkeys(self.skews, timedelta()) | {slot: skew}

    async def run(self) -> None:
        for slot in self.skews:
            self.start(*slot)
        for language in LANGUAGES:
            profile = Profile(languages=(language,), municipality="08220", capacity=9, contact=SEALED)
            self.people.ask("matching", f"supporter-{language}", Enrol(profile=profile, content="1"), language)
        await asyncio.sleep(5)
        for number in range(9):
            asks = {"languages": [LANGUAGES[number % 3]], "category": "life", "mode": "phone"}
            self.partners[0].tell(ReferralPublished, self.partners[0].referral(f"R-{number}") | asks)
        await asyncio.sleep(60)
        await self._end()

    def outcome(self) -> dict[str, tuple[str, str]]:
        """Case → its state in intake, and whose it was."""
        matching = self.databases["matching"].documents
        return {
            case: (stored["state"]["state"], matching[case]["state"]["assigned"])
            for case, stored in sorted(self.databases["intake"].documents.items())
        }


def outcome(slot: tuple[str, int], skew: timedelta) -> dict[str, tuple[str, str]]:
    worlds: list[World] = []

    async def lived() -> None:
        worlds.append(Calm(slot, skew))
        await worlds[0].run()

    with ExitStack() as stack:
        for patch in outside(1, worlds):
            stack.enter_context(patch)
        loop.run(1, lived())
        assert not broken(worlds[0])
    assert isinstance(worlds[0], Calm)
    return worlds[0].outcome()


@pytest.fixture(scope="module")
def right() -> dict[str, tuple[str, str]]:
    return outcome(("intake", 0), timedelta())


@pytest.mark.parametrize("service", ["intake", "matching", "notify", "stats"])
@pytest.mark.parametrize("hours", [-1, 1])
def test_the_outcome_is_the_same(right: dict[str, tuple[str, str]], service: str, hours: int) -> None:
    assert len(right) == 9 and {state for state, _ in right.values()} == {"completed"}
    assert outcome((service, 0), timedelta(hours=hours)) == right
