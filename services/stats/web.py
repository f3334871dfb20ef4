"""The figures as a page, as JSON, and as Prometheus metrics."""

import time
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from services.stats import queries
from services.stats.queries import Figures
from shared.metrics import exposition
from shared.service import Parts
from shared.web.pages import Pages, language_of


class Board:
    def __init__(self, parts: Parts, fresh_seconds: float) -> None:
        self._parts, self._fresh = parts, fresh_seconds
        self._pages = Pages(Path(__file__).parent / "templates")
        self._known: tuple[float, Figures] | None = None

    def router(self) -> APIRouter:
        router = APIRouter()

        @router.get("/", include_in_schema=False)
        async def home() -> RedirectResponse:
            return RedirectResponse("/dashboard")

        @router.get("/dashboard", include_in_schema=False)
        async def dashboard(request: Request) -> HTMLResponse:
            figures = (await self._figures()).as_json()
            return self._pages.render(
                request, "dashboard.html", language=language_of(request), personal=False, **figures
            )

        @router.get("/figures")
        async def as_json(fresh: bool = False) -> dict[str, Any]:
            """All figures; `?fresh=true` counts them now."""
            return (await self._figures(fresh=fresh)).as_json()

        @router.get("/metrics", include_in_schema=False)
        async def metrics() -> Response:
            """The service's own metrics, and the figures as gauges."""
            body = exposition() + gauges(await self._figures())
            return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")

        return router

    async def _figures(self, *, fresh: bool = False) -> Figures:
        now = time.monotonic()
        if fresh or self._known is None or now - self._known[0] > self._fresh:
            self._known = (now, await queries.figures(self._parts.store))
        return self._known[1]


def gauges(figures: Figures) -> bytes:
    """Labels are codes of the region and of the contracts: no referral can make a series of its own."""
    registry = CollectorRegistry()
    cases = Gauge(
        "tsunagu_cases", "Cases by category and how far they came", ["category", "reached"], registry=registry
    )
    for row in figures.rows():
        for column in queries.COLUMNS:
            cases.labels(row["label"], column).set(row[column])
    states = Gauge("tsunagu_cases_now", "Cases by where they stand", ["state"], registry=registry)
    for name, n in figures.states.items():
        states.labels(name).set(n)
    escalations = Gauge("tsunagu_escalations", "Escalations by reason", ["reason"], registry=registry)
    for name, n in figures.escalations.items():
        escalations.labels(name).set(n)
    hours = Gauge("tsunagu_hours", "Hours from referral to a step", ["step", "quantile"], registry=registry)
    for step, times in (("offer", figures.to_offer), ("acceptance", figures.to_acceptance)):
        for quantile, value in times.as_json().items():
            if value is not None:
                hours.labels(step, quantile).set(value)
    return generate_latest(registry)
