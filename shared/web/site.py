"""What every service's web server has: health, metrics, the look, and errors in the reader's own form."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from shared.web import health
from shared.web.pages import STATIC, Pages, language_of
from shared.web.problems import Flaw, Problem


def furnish(app: FastAPI, service: health.Watched) -> None:
    app.include_router(health.routes(service))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    pages = Pages()

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        return _told(pages, request, problem)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return _told(pages, request, Problem(error.status_code, "http", str(error.detail)))

    @app.exception_handler(RequestValidationError)
    async def _form(request: Request, error: RequestValidationError) -> Response:
        flaws = [Flaw(".".join(map(str, e["loc"][1:])), "malformed", str(e["msg"])) for e in error.errors()]
        title = "what was sent does not fit"
        detail = "; ".join(f"{flaw.field}: {flaw.message}" for flaw in flaws)
        return _told(pages, request, Problem(422, "invalid", title, detail, flaws))


def _told(pages: Pages, request: Request, problem: Problem) -> Response:
    """A page for who reads pages, a problem document (RFC 9457) for everybody else."""
    if "text/html" in request.headers.get("accept", ""):
        detail = problem.body.get("detail") or problem.body["title"]
        return pages.problem(request, problem.status, language=language_of(request), detail=detail)
    return JSONResponse(problem.body, problem.status, media_type="application/problem+json")
