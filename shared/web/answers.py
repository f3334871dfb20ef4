"""How a problem is told: in the reader's own form."""

from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import logs
from shared.outside import from_outside
from shared.web.identity import bearer
from shared.web.pages import Pages, language_of
from shared.web.problems import Problem


def told(pages: Pages, request: Request, problem: Problem) -> Response:
    """A page for who reads pages, a problem document (RFC 9457) for everybody else."""
    answer = _page(pages, request, problem) if reads_pages(request) else _document(problem)
    answer.headers.update(problem.headers)
    return answer


def reads_pages(request: Request) -> bool:
    """Who sends a key is a program, whatever it accepts: Java's own client asks for text/html first."""
    return "text/html" in request.headers.get("accept", "") and bearer(request) is None


def _page(pages: Pages, request: Request, problem: Problem) -> Response:
    detail = problem.body.get("detail") or problem.body["title"]
    more = {**problem.more, "fields": [flaw["field"] for flaw in problem.body.get("errors", ())]}
    return pages.problem(
        request, problem.status, language=language_of(request), detail=detail, code=problem.code, more=more
    )


def _document(problem: Problem) -> Response:
    return JSONResponse(problem.body, problem.status, media_type="application/problem+json")


class Failures:
    """ASGI middleware. What nobody else has answered is logged, without its message, and told without a reason."""

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self._app, self._pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            problem = _failure(error)
            route = scope.get("state", {}).get("route", "")  # not the path: it may hold a token
            logs.logger().error("request failed", route=route, status=problem.status, error=logs.where(error))
            if not started and scope["type"] == "http":
                await told(self._pages, Request(scope), problem)(scope, receive, send)


def _failure(error: Exception) -> Problem:
    if from_outside(error):
        return Problem(503, "away", "we cannot answer just now", "try again in a few minutes")
    return Problem(500, "failed", "something went wrong on our side", "nothing is lost; try again in a few minutes")
