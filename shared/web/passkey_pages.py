"""`/passkeys`, where staff add and remove theirs, and the way in by one. The scripts of static/passkeys.js ask here."""

import json
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from shared import logs
from shared.web import entering
from shared.web.headers import with_script
from shared.web.identity import By, address
from shared.web.limits import Rate
from shared.web.pages import Pages, language_of, with_language
from shared.web.passkeys import Passkeys
from shared.web.problems import Problem
from shared.web.sessions import Sessions

MOST = 8
"""Passkeys that one person may have at a service."""


@dataclass(frozen=True)
class PasskeyPages:
    """`passkeys`: None where the service's address is none that passkeys are made for."""

    sessions: Sessions
    pages: Pages
    passkeys: Passkeys | None
    rate: Rate

    def offered(self, request: Request) -> bool:
        """Whether a browser that is here could use one."""
        return self.passkeys is not None and request.url.hostname == self.passkeys.site.host

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get("/passkeys")
        async def mine(request: Request, actor: By) -> Response:
            found = await self.passkeys.book.of(actor) if self.passkeys else []
            answer = self.pages.render(
                request, "passkeys.html", language=language_of(request), passkeys=found,
                here=self.offered(request), full=len(found) >= MOST,
                origin=self.passkeys.site.origin if self.passkeys else None,
            )  # fmt: skip
            answer.headers["Content-Security-Policy"] = with_script()
            return answer

        @router.post("/passkeys/options")
        async def options(actor: By) -> Response:
            return _json(await self._there().options(actor))

        @router.post("/passkeys")
        async def add(request: Request, actor: By) -> Response:
            passkeys = self._there()
            if len(await passkeys.book.of(actor)) >= MOST:
                raise Problem(409, "passkeys_full", f"at most {MOST} passkeys; remove one first")
            await passkeys.add(await _credential(request), actor)
            return JSONResponse({"location": with_language(request, "/passkeys")}, 201)

        @router.post("/passkeys/{passkey}/remove")
        async def remove(request: Request, actor: By, passkey: str) -> Response:
            if not await self._there().book.remove(passkey, actor):
                raise Problem(404, "not_found", "you have no such passkey (any more)")
            return RedirectResponse(with_language(request, "/passkeys"), 303)

        @router.post("/sign-in/passkey/options")
        async def questions(request: Request) -> Response:
            self.rate.check(address(request))
            return _json(await self._there().questions())

        @router.post("/sign-in/passkey")
        async def enter(request: Request) -> Response:
            return await self._enter(request)

        return router

    async def _enter(self, request: Request) -> Response:
        self.rate.check(address(request))
        entering.must_keep_cookies(request)
        passkeys, credential = self._there(), await _credential(request)
        try:
            actor = await passkeys.enter(credential)
        except Problem as problem:
            self.rate.count(address(request))
            logs.logger().warning("passkey refused", code=problem.code, error=type(problem.__cause__).__name__)
            raise
        home = with_language(request, entering.home(self.sessions.service, actor))
        return await entering.enter(self.sessions, request, actor, JSONResponse({"location": home}))

    def _there(self) -> Passkeys:
        if self.passkeys is None:
            raise Problem(404, "passkey_off", "no passkeys here", "they need https and a name of this service's own")
        return self.passkeys


async def _credential(request: Request) -> dict[str, Any]:
    """What the browser has made of a passkey, as JSON. Raises Problem."""
    try:
        found = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise Problem(400, "not_json", "the body is not JSON") from error
    if not isinstance(found, dict):
        raise Problem(400, "not_json", "the body must be a JSON object")
    return found


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")
