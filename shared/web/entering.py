"""Coming in, whichever way somebody has said who they are: a new session, and on to the first page of their role."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from shared.access import HOMES, Actor
from shared.web.here import is_here
from shared.web.problems import Problem
from shared.web.sessions import Sessions

AWAY = timedelta(minutes=10)
"""How long somebody may take with their provider, or with a passkey."""


def home(service: str, actor: Actor) -> str:
    return HOMES[service].get(actor.role, "/")


async def enter(sessions: Sessions, request: Request, actor: Actor, answer: Response) -> Response:
    """A new session goes along with the answer; the one before it, if any, is over."""
    await close(sessions, request)
    sessions.hand_over(answer, await sessions.open(actor))
    return answer


async def close(sessions: Sessions, request: Request) -> None:
    if id := request.cookies.get(sessions.cookie):
        await sessions.close(id)


def must_keep_cookies(request: Request) -> None:
    """Over plain http browsers drop a `Secure` cookie, but for this very machine: said before a link is used up."""
    if request.url.scheme != "https" and not is_here(request.url.hostname or ""):
        detail = "open it over https (TSUNAGU_URL_… of this service), or on the machine itself at localhost"
        raise Problem(400, "sign_in_plain", "signing in needs https", detail)
