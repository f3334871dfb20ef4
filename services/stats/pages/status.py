"""`/status`: how the network stands, for operators; `/status/events`: the same, whenever something changes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from services.stats.inlets import Heard
from services.stats.pages.live import LOOK_EACH, Live
from services.stats.pages.standing import Network, Oldest, Word, network
from services.stats.queries import Figures
from shared.kafka.view import View
from shared.parts import Parts
from shared.status.records import Status
from shared.store import DatabaseError
from shared.web.headers import with_script
from shared.web.pages import Pages, language_of
from shared.web.sessions import Sessions, hashed

FIGURES_WITHIN = 15.0
"""Seconds that the oldest case's figures may be old: all cases are counted for them."""
PATIENCE = 5.0


@dataclass
class StatusPage:
    """`figures`: not older than so many seconds. `ending`: set when the service is to stop."""

    parts: Parts
    pages: Pages
    heard: Heard
    figures: Callable[[float], Awaitable[Figures]]
    ending: asyncio.Event
    _known: tuple[float, Network] | None = None
    _oldest: Oldest | None = None

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get("/status")
        async def status(request: Request) -> HTMLResponse:
            page = self._render(request, "status.html", await self._look())
            page.headers["Content-Security-Policy"] = with_script()
            return page

        @router.get("/status/events")
        async def events(request: Request) -> StreamingResponse:
            session = request.cookies.get(self._sessions.cookie, "")
            return self._live.response(
                hashed(session), lambda: self._holds(session),
                lambda seen: bytes(self._render(request, "status_now.html", seen).body).decode(),
            )  # fmt: skip

        return router

    @cached_property
    def _live(self) -> Live:
        return Live(self.ending, self._look)

    @cached_property
    def _sessions(self) -> Sessions:
        return Sessions(self.parts.name, self.parts.store.collection("sessions"))

    async def _holds(self, session: str) -> bool:
        try:
            return await self._sessions.holds(session)
        except DatabaseError:  # nobody knows: the browser comes again, and is asked who it is
            return False

    def _render(self, request: Request, template: str, seen: Network) -> HTMLResponse:
        return self.pages.render(request, template, language=language_of(request), seen=seen, urls=self._urls)

    @cached_property
    def _urls(self) -> dict[str, Any]:
        return {name: getattr(self.parts.settings, f"url_{name}").rstrip("/") for name in self.heard.services}

    async def _look(self) -> Network:
        """Once a second for all who watch."""
        if self._known is None or time.monotonic() - self._known[0] >= LOOK_EACH / 2:
            await self._count()
            words = {name: _words(view) for name, view in self.heard.services.items()}
            seen = network(words, datetime.now(UTC), self._oldest, self.heard.verified())
            self._known = time.monotonic(), seen
        return self._known[1]

    async def _count(self) -> None:
        """The oldest case; as it was, while the database is away."""
        try:
            waiting = (await asyncio.wait_for(self.figures(FIGURES_WITHIN), PATIENCE)).waiting
        except (DatabaseError, TimeoutError):
            return
        first = min(waiting, key=lambda one: one.since, default=None)
        self._oldest = Oldest(first.since, first.reason, len(waiting)) if first else None


def _words(view: View[Status]) -> list[Word]:
    """When each was said by our own clock, where it came while we listened."""
    now, ticks = datetime.now(UTC), time.monotonic()
    return [
        Word(said, now - timedelta(seconds=ticks - view.came[key]) if key in view.came else said.at)
        for key, said in view.items.items()
    ]
