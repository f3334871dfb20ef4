"""Somebody who tries the network from outside: HTTP, the inbox, pages."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from shared.access import Actor, Role
from tests.delivery.support.network import Network, until

EXAMPLE = json.loads((Path(__file__).parents[2] / "examples" / "referral.json").read_text())


COORDINATOR = Actor(Role.COORDINATOR, "mika")


@dataclass
class Visitor:
    """`key`: a partner's API key. `desk`: what makes a request to matching a coordinator's."""

    net: Network
    key: str
    desk: dict[str, str]

    def url(self, service: str, path: str) -> str:
        return f"{self.net.where.services[service]}{path}"

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self.net.http.post(self.url("intake", path), headers=self.head, json=body)

    async def state(self, reference: str) -> dict[str, Any]:
        answer = await self.net.http.get(self.url("intake", f"/referrals/{reference}"), headers=self.head)
        found: dict[str, Any] = answer.json()
        return found

    @property
    def head(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    async def mails(self, case: str, kind: str) -> list[dict[str, Any]]:
        return [
            mail
            for mail in await inbox(self.net)
            if (mail["headers"].get("X-Tsunagu-Case"), mail["headers"]["X-Tsunagu-Kind"]) == (case, kind)
        ]

    async def links(self, case: str, kind: str, count: int = 1) -> list[str]:
        """Of the mails of that kind, once there are so many."""

        async def enough() -> list[dict[str, Any]] | None:
            mails = await self.mails(case, kind)
            return mails if len(mails) >= count else None

        return [mail["headers"]["X-Tsunagu-Link"] for mail in await until(f"{kind} mails", enough, 20)]

    async def form(self, link: str, name: str, **fields: Any) -> httpx.Response:
        """Once more, as the page says, where it is still on its way."""
        page, _, language = link.partition("?")
        for _ in range(5):
            answer = await self.net.http.post(f"{page}/{name}?{language}", data=fields)
            if answer.status_code != 202:
                break
        return answer

    async def reaches(self, reference: str, state: str) -> dict[str, Any]:
        async def there() -> dict[str, Any] | None:
            found = await self.state(reference)
            return found if found.get("state") == state else None

        found: dict[str, Any] = await until(f"{reference} is {state}", there, 20)
        return found


async def inbox(net: Network) -> list[dict[str, Any]]:
    """All mails that came, however many other tests have caused."""
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        page = (await net.http.get(f"{net.where.inbox}/api/mails", params={"after": after, "limit": 1000})).json()
        if not page["mails"]:
            return found
        found, after = found + page["mails"], page["last"]
