"""After the replay: real time, a new referral now and then, and people who answer within the minute."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.intake.domain.commands import case_key
from tsunagu.daytime import daytime
from tsunagu.demo import people
from tsunagu.demo.outside import Outside
from tsunagu.demo.planned import Planned
from tsunagu.demo.stage import Stage

EVERY = 20.0
"""Seconds between two referrals."""
ANSWER_WITHIN = (5.0, 40.0)


class Live:
    """People answer only what the demo itself has published: your own referrals wait for your own clicks."""

    def __init__(self, stage: Stage, outside: Outside, seed: int) -> None:
        self._stage, self._outside, self._seed = stage, outside, seed
        self._ours: dict[str, Planned] = {}
        self._deeds: set[asyncio.Task[None]] = set()
        self._luck = random.Random(seed)

    async def run(self) -> None:
        """Until cancelled."""
        self._stage.clock.jump(daytime(datetime.now(UTC)))
        self._stage.clock.run()
        number = 0
        while True:
            number += 1
            await self._publish(number)
            for _ in range(int(EVERY)):
                await asyncio.sleep(1)
                for mail in await self._outside.new_mails():
                    self._read(mail)

    async def _publish(self, number: int) -> None:
        now = self._stage.clock.now()
        old = self._luck.choice(self._stage.world.referrals)
        consent = replace(old.consent, given_at=now - timedelta(hours=1))
        referral = replace(old, reference=f"live-{number:04}", at=now, when=None, consent=consent)
        self._ours[case_key(referral.org, referral.reference)] = referral
        await self._outside.publish(referral, now)

    def _read(self, mail: dict[str, Any]) -> None:
        headers, supporter = mail["headers"], mail["to"][0].split("@")[0]
        referral = self._ours.get(headers.get("X-Tsunagu-Case", ""))
        if referral is None:
            return
        now, offer = self._stage.clock.now(), mail["message_id"].split("@")[0]
        action: Any = None
        if headers["X-Tsunagu-Kind"] == "offer":
            action = people.answer(self._seed, supporter, offer, now, referral.mode)
        elif headers["X-Tsunagu-Kind"] == "confirmed":
            action = people.follow_through(self._seed, supporter, offer, referral.category, now)
        if action:
            task = asyncio.create_task(self._later(headers["X-Tsunagu-Link"], action))
            self._deeds.add(task)
            task.add_done_callback(self._deeds.discard)

    async def _later(self, link: str, action: Any) -> None:
        await asyncio.sleep(self._luck.uniform(*ANSWER_WITHIN))
        await self._outside.act(link, action)
