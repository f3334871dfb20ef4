"""Matching's real web server for a browser: with a real database, and a broker where something is noted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.access import Actor
from shared.service import Service
from shared.web.invitations import invite, link
from shared.web.server import server
from tests.contract.houses import SECRET


@dataclass(frozen=True)
class Served:
    """`at`: its address, at localhost."""

    service: Service
    at: str

    def invited(self, actor: Actor) -> str:
        return link(self.at, invite(SECRET, self.service.parts.name, actor)) + "&lang=en"


@asynccontextmanager
async def served(service: Service, port: int) -> AsyncIterator[Served]:
    web = server(service.app, "127.0.0.1", port)
    serving = asyncio.create_task(web.serve())
    while not web.started:
        assert not serving.done(), serving
        await asyncio.sleep(0.02)
    yield Served(service, f"http://localhost:{port}")
    web.should_exit = True
    await serving
