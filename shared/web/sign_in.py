"""Signing in by a one-time link, and out. Opening the link changes nothing (mail scanners do that); its button does."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from shared.access import HOMES, Actor
from shared.web.identity import address
from shared.web.invitations import Invitations
from shared.web.limits import Rate
from shared.web.pages import Pages, language_of, with_language
from shared.web.problems import Problem
from shared.web.sessions import Sessions

TRIES_A_MINUTE = 10
"""Of links that are refused, per address. A whole office may sign in at nine o'clock."""


@dataclass(frozen=True)
class SignIn:
    sessions: Sessions
    invitations: Invitations
    pages: Pages
    rate: Rate

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get("/sign-in")
        async def ask(request: Request, token: str = "") -> Response:
            self.rate.check(address(request))
            invited = (await self._read(request, token)) if token else None
            return self.pages.render(
                request, "sign_in.html", language=language_of(request), token=token, invited=invited
            )

        @router.post("/sign-in")
        async def enter(request: Request, token: Annotated[str, Form()]) -> Response:
            return await self._enter(request, token)

        @router.post("/sign-out")
        async def leave(request: Request) -> Response:
            await self._close(request)
            answer = RedirectResponse(with_language(request, "/sign-in"), 303)
            self.sessions.take_back(answer)
            return answer

        return router

    async def _read(self, request: Request, token: str) -> Actor:
        _must_keep_cookies(request)
        try:
            return (await self.invitations.read(token)).actor
        except Problem:
            self.rate.count(address(request))
            raise

    async def _enter(self, request: Request, token: str) -> Response:
        """A new session for who had the link; the one before it, if any, is over."""
        self.rate.check(address(request))
        _must_keep_cookies(request)
        try:
            actor = await self.invitations.use(token)
        except Problem:
            self.rate.count(address(request))
            raise
        await self._close(request)
        home = HOMES[self.sessions.service].get(actor.role, "/")
        answer = RedirectResponse(with_language(request, home), 303)
        self.sessions.hand_over(answer, await self.sessions.open(actor))
        return answer

    async def _close(self, request: Request) -> None:
        if id := request.cookies.get(self.sessions.cookie):
            await self.sessions.close(id)


def _must_keep_cookies(request: Request) -> None:
    """Over plain http browsers drop a `Secure` cookie, but for this very machine: said before the link is used up."""
    host = request.url.hostname or ""
    here = host in ("localhost", "::1") or host.startswith("127.") or host.endswith(".localhost")
    if request.url.scheme != "https" and not here:
        detail = "open it over https (TSUNAGU_URL_… of this service), or on the machine itself at localhost"
        raise Problem(400, "sign_in_plain", "signing in needs https", detail)
