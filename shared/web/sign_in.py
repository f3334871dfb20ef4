"""The page to sign in on, the way in by a one-time link, and the way out. Opening a link changes nothing (mail scanners
do that); its button does.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from shared.access import Actor
from shared.web import entering
from shared.web.accounts import Accounts
from shared.web.headers import with_script
from shared.web.identity import address
from shared.web.invitations import Invitations
from shared.web.limits import Rate
from shared.web.pages import Pages, language_of, with_language
from shared.web.passkey_pages import PasskeyPages
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
    accounts: Accounts
    passkeys: PasskeyPages

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get("/sign-in")
        async def ask(request: Request, token: str = "") -> Response:
            self.rate.check(address(request))
            invited = (await self._read(request, token)) if token else None
            answer = self.pages.render(
                request, "sign_in.html", language=language_of(request), token=token, invited=invited,
                accounts=self.accounts.roles, own=self.accounts.own, passkeys=self.passkeys.offered(request),
            )  # fmt: skip
            answer.headers["Content-Security-Policy"] = with_script()
            return answer

        @router.post("/sign-in")
        async def enter(request: Request, token: Annotated[str, Form()]) -> Response:
            return await self._enter(request, token)

        @router.post("/sign-out")
        async def leave(request: Request) -> Response:
            await entering.close(self.sessions, request)
            answer = RedirectResponse(with_language(request, "/sign-in"), 303)
            self.sessions.take_back(answer)
            return answer

        return router

    async def _read(self, request: Request, token: str) -> Actor:
        entering.must_keep_cookies(request)
        try:
            return (await self.invitations.read(token)).actor
        except Problem:
            self.rate.count(address(request))
            raise

    async def _enter(self, request: Request, token: str) -> Response:
        """A new session for who had the link; the one before it, if any, is over."""
        self.rate.check(address(request))
        entering.must_keep_cookies(request)
        try:
            actor = await self.invitations.use(token)
        except Problem:
            self.rate.count(address(request))
            raise
        home = entering.home(self.sessions.service, actor)
        answer = RedirectResponse(with_language(request, home), 303)
        return await entering.enter(self.sessions, request, actor, answer)
