"""Errors of the HTTP API as problem documents (RFC 9457), every wrong field named at once."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


@dataclass(frozen=True)
class Flaw:
    """One thing wrong: `field` as a path (`consent.given_by`), a `code`, and a sentence that says what to change."""

    field: str
    code: str
    message: str


class Problem(Exception):
    """Raised anywhere below a route, answered as application/problem+json."""

    def __init__(
        self, status: int, code: str, title: str, detail: str = "", flaws: Sequence[Flaw] = (), **more: Any
    ) -> None:
        super().__init__(title)
        self.status = status
        self.body: dict[str, Any] = {"type": f"urn:tsunagu:problem:{code}", "title": title, "status": status}
        if detail:
            self.body["detail"] = detail
        if flaws:
            self.body["errors"] = [asdict(flaw) for flaw in flaws]
        self.body |= more


def install(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def _problem(_: Request, problem: Problem) -> JSONResponse:
        return JSONResponse(problem.body, problem.status, media_type="application/problem+json")

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        body = {"type": "about:blank", "title": str(error.detail), "status": error.status_code}
        return JSONResponse(body, error.status_code, error.headers, media_type="application/problem+json")
