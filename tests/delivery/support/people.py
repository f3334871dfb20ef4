"""Simulated supporters: they read their mails and answer on the pages behind the links."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.delivery.support.network import Network

AT_ONCE = 4
PATIENCE = 90.0
ACCEPTED, OVER = 303, 409


@dataclass
class People:
    """`accept`: of how many in a hundred offers. Who would come second is let be: matching tells them."""

    network: Network
    luck: Random = field(default_factory=lambda: Random(7))
    accept: int = 85
    after: int = 0
    mails: list[dict[str, Any]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    answers: int = 0
    busy: int = 0

    async def live(self) -> None:
        """For ever."""
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            while True:
                for mail in await self._new():
                    self.busy += 1
                    group.create_task(self._answer(gate, mail))

    async def _new(self) -> list[dict[str, Any]]:
        try:
            url = f"{self.network.where.inbox}/api/mails"
            found = (await self.network.http.get(url, params={"after": self.after, "wait": 1})).json()
        except httpx.HTTPError:
            await asyncio.sleep(0.3)
            return []
        self.after = found["last"]
        self.mails += found["mails"]
        return list(found["mails"])

    async def _answer(self, gate: asyncio.Semaphore, mail: dict[str, Any]) -> None:
        async with gate:
            head = mail["headers"]
            case, link = head["X-Tsunagu-Case"], head.get("X-Tsunagu-Link", "").partition("?")[0]
            if head["X-Tsunagu-Kind"] == "offer" and case not in self.taken:
                await self._decide(case, link)
            elif head["X-Tsunagu-Kind"] == "confirmed":
                await self._post(f"{link}/report", minutes="30", outcome="resolved")
        self.busy -= 1

    async def _decide(self, case: str, link: str) -> None:
        if self.luck.randrange(100) >= self.accept:
            await self._post(f"{link}/decline", reason="no_time")
        elif await self._post(f"{link}/accept"):
            self.taken.add(case)

    async def _post(self, url: str, **form: str) -> bool:
        """Until somebody answers, as a person would who sees an error page. True: it was taken."""
        for _ in range(int(PATIENCE / 0.5)):
            try:
                answer = await self.network.http.post(url, data=form)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code in (ACCEPTED, OVER):
                self.answers += 1
                return answer.status_code == ACCEPTED
            await asyncio.sleep(0.5)
        raise AssertionError(f"nobody answered at {url}")
