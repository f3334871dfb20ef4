"""Signing in with an account of one's organisation (OpenID Connect). Without settings for it, nobody can."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from shared.access import HOMES, STAFF, Actor, Role
from shared.web import entering
from shared.web.identity import address
from shared.web.limits import Rate
from shared.web.openid import Asked, Provider, handle_of, must_have
from shared.web.problems import Problem
from shared.web.sessions import Sessions, hashed


class Started(NamedTuple):
    """An attempt: what was asked, as whom somebody wants to come in, and in which language they read."""

    asked: Asked
    role: Role
    lang: str | None


@dataclass(frozen=True)
class Accounts:
    """`own`: where people reach the service. `started`: {_id: hash of a state, …, ends}, of those who are on their way."""

    sessions: Sessions
    provider: Provider | None
    own: str
    started: Any
    rate: Rate

    @property
    def roles(self) -> Sequence[Role]:
        """Who may come in this way here; nobody where no provider is set."""
        homes = HOMES[self.sessions.service]
        return [role for role in STAFF if role in homes] if self.provider else []

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get("/sign-in/account")
        async def start(request: Request, role: str = "") -> Response:
            return await self._start(request, role)

        @router.get("/sign-in/callback")
        async def back(request: Request, state: str = "", code: str = "", error: str = "", iss: str = "") -> Response:
            provider = self._must_have_provider()
            self.rate.check(address(request))
            try:
                return await self._back(request, provider, state, code, error, iss)
            except Problem:
                self.rate.count(address(request))
                raise

        return router

    async def _start(self, request: Request, role: str) -> Response:
        """To the provider. A cookie binds the attempt to this browser: nobody is signed in by a link of somebody else's."""
        entering.must_keep_cookies(request)
        provider = self._must_have_provider()
        if role not in self.roles:
            raise Problem(404, "account_off", f"nobody signs in as {role or 'nothing'} with an account here")
        state, asked = secrets.token_urlsafe(32), self._ask()
        answer = RedirectResponse(await provider.way(state, asked), 303)
        await self._remember(state, Started(asked, Role(role), request.query_params.get("lang")))
        answer.set_cookie(self._cookie, state, max_age=int(entering.AWAY.total_seconds()), secure=True, httponly=True,
                          samesite="lax")  # fmt: skip
        return answer

    async def _back(
        self, request: Request, provider: Provider, state: str, code: str, error: str, iss: str
    ) -> Response:
        started = await self._take(request, state)
        if error or not code:
            raise Problem(400, "account_refused", "the provider did not let you in", f"it said: {_code(error)}")
        if iss and iss != provider.client.issuer:  # RFC 9207
            raise Problem(400, "account_token", "this answer is of another provider")
        claims = await provider.claims(code, started.asked)
        must_have(started.role, claims, provider.client.role_claim)
        actor = Actor(started.role, handle_of(claims, provider.client))
        path = entering.home(self.sessions.service, actor)
        answer = RedirectResponse(f"{path}?{urlencode({'lang': started.lang})}" if started.lang else path, 303)
        answer.delete_cookie(self._cookie, secure=True, httponly=True, samesite="lax")
        return await entering.enter(self.sessions, request, actor, answer)

    def _ask(self) -> Asked:
        return Asked(secrets.token_urlsafe(32), secrets.token_urlsafe(48), f"{self.own.rstrip('/')}/sign-in/callback")

    async def _remember(self, state: str, started: Started) -> None:
        await self.started.create_index("ends", expireAfterSeconds=0)
        row = {**started.asked._asdict(), "role": str(started.role), "lang": started.lang}
        await self.started.insert_one({"_id": hashed(state), **row, "ends": datetime.now(UTC) + entering.AWAY})

    async def _take(self, request: Request, state: str) -> Started:
        """Each attempt is good once, in the browser in which it began. Raises Problem."""
        known = state and secrets.compare_digest(state.encode(), request.cookies.get(self._cookie, "").encode())
        row = await self.started.find_one({"_id": hashed(state), "ends": {"$gt": datetime.now(UTC)}}) if known else None
        if row is None or not (await self.started.delete_one({"_id": row["_id"]})).deleted_count:
            raise Problem(400, "account_state", "this attempt to sign in was not begun here, or is over", "begin again")
        return Started(Asked(row["nonce"], row["verifier"], row["redirect"]), Role(row["role"]), row["lang"])

    def _must_have_provider(self) -> Provider:
        if self.provider is None:
            raise Problem(404, "account_off", "nobody signs in with an account here", "TSUNAGU_OIDC_ISSUER is not set")
        return self.provider

    @property
    def _cookie(self) -> str:
        return f"{self.sessions.cookie}-account"


def _code(error: str) -> str:
    """A code of OAuth's, and nothing that somebody else has written into the address."""
    return error if error.isascii() and error.replace("_", "").isalpha() and len(error) <= 40 else "nothing"
