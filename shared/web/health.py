"""What every service answers to those who watch it."""

from datetime import datetime
from typing import Any, Protocol

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from shared.metrics import exposition


class Watched(Protocol):
    @property
    def waiting_for(self) -> list[str]: ...
    def alive(self) -> bool: ...
    def swept(self) -> datetime: ...


def routes(service: Watched) -> APIRouter:
    """/health/live: is there progress; /health/ready: can it work, and what is it waiting for; /metrics."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live() -> JSONResponse:
        alive = service.alive()
        body: dict[str, Any] = {"alive": alive, "swept": service.swept().isoformat()}
        return JSONResponse(body, 200 if alive else 503)

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        waiting = service.waiting_for
        return JSONResponse({"ready": not waiting, "waiting_for": waiting}, 503 if waiting else 200)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router
