"""The figures as a page, as JSON, and as Prometheus metrics."""

import asyncio
import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.stats import outlets, queries
from services.stats.queries import Figures
from shared.metrics import exposition
from shared.parts import Parts
from shared.store import DatabaseError
from shared.web.pages import Pages, language_of

PATIENCE = 5
"""Seconds: less than a scrape may take."""


class Board:
    def __init__(self, parts: Parts, pages: Pages, fresh_seconds: float) -> None:
        self._parts, self._pages, self._fresh = parts, pages, fresh_seconds
        self._known: tuple[float, Figures] | None = None
        self._counting: asyncio.Task[Figures] | None = None

    def router(self) -> APIRouter:
        router = APIRouter()

        @router.get("/", include_in_schema=False)
        async def home() -> RedirectResponse:
            return RedirectResponse("/dashboard")

        @router.get("/dashboard", include_in_schema=False)
        async def dashboard(request: Request) -> HTMLResponse:
            figures = (await self.figures(self._fresh)).as_json()
            return self._pages.render(
                request, "dashboard.html", language=language_of(request), personal=False, **figures
            )

        @router.get("/figures")
        async def as_json(fresh: bool = False) -> dict[str, Any]:
            """All figures; `?fresh=true` counts them now."""
            return (await self.figures(0 if fresh else self._fresh)).as_json()

        @router.get("/metrics", include_in_schema=False)
        async def metrics() -> Response:
            """The service's own metrics, and the figures as gauges."""
            body = exposition() + await self._as_metrics()
            return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")

        return router

    async def _as_metrics(self) -> bytes:
        """Nothing while the database is away: a scrape must not fail just then."""
        try:
            counted = await asyncio.wait_for(self.figures(self._fresh), PATIENCE)
        except (DatabaseError, TimeoutError):
            return b""
        return outlets.exposition(counted, self._parts.clock.now())

    async def figures(self, within: float) -> Figures:
        """Not older than so many seconds. All who ask meanwhile wait for one count, and it goes on when one of them leaves;
        but who wants them as they are now (0) has a count of their own.
        """
        if self._known and time.monotonic() - self._known[0] < within:
            return self._known[1]
        if within <= 0:
            return await self._count()
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count())
        return await asyncio.shield(self._counting)

    async def _count(self) -> Figures:
        began, counted = time.monotonic(), await queries.figures(self._parts.store)
        self._known = began, counted
        return counted
