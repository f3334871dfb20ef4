"""Coordinators' pages: cases, the roster, its import. Every decision is a command to a document."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from services.matching import queries
from services.matching.domain.commands import AskAgain, Assign, Close, Pause
from services.matching.inlets.roster import RosterInlet
from services.matching.inlets.rows import COLUMNS, NEEDED
from services.matching.policy import Escalation
from shared.access import Actor
from shared.events.base import Command, Key, Token
from shared.i18n import translator
from shared.i18n.labels import label
from shared.kernel.commands import FOR_PEOPLE
from shared.parts import Parts
from shared.web.identity import By
from shared.web.pages import Pages, language_of, with_language

Seen = Annotated[Token | None, Form()]
_COLUMNS: Mapping[str, Any] = {"needed": NEEDED, "besides": [name for name in COLUMNS if name not in NEEDED]}


class Desk:
    """`roster`: the view that the kernel decides by, too."""

    def __init__(self, parts: Parts, roster: queries.Roster, inlet: RosterInlet) -> None:
        self._parts, self._roster, self._inlet = parts, roster, inlet
        self._pages = Pages(Path(__file__).parent / "templates")

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get("/")
        async def home() -> RedirectResponse:
            return RedirectResponse("/cases")

        @router.get("/cases")
        async def cases(request: Request, state: str | None = None) -> HTMLResponse:
            rows = await queries.cases(self._parts.store, state)
            counts = await queries.counts(self._parts.store)
            places = await queries.places(self._parts.store)
            return self._page(request, "cases.html", cases=rows, counts=counts, state=state, places=places)

        @router.get("/cases/{case}")
        async def case(request: Request, case: str) -> HTMLResponse:
            found = await queries.case(self._parts.store, self._roster, case, self._parts.clock.now())
            if found is None:
                return self._pages.problem(request, 404, language=language_of(request))
            return self._page(request, "case.html", escalations=get_args(Escalation), **found)

        @router.post("/cases/{case}/assign")
        async def assign(
            request: Request, actor: By, case: str, supporter: Annotated[Key, Form()], seen: Seen = None
        ) -> Response:
            return await self._decide(request, actor, case, Assign(supporter=supporter, seen=seen))

        @router.post("/cases/{case}/ask-again")
        async def ask_again(request: Request, actor: By, case: str) -> Response:
            return await self._decide(request, actor, case, AskAgain())

        @router.post("/cases/{case}/close")
        async def close(
            request: Request, actor: By, case: str, reason: Annotated[Escalation, Form()], seen: Seen = None
        ) -> Response:
            return await self._decide(request, actor, case, Close(reason=reason, seen=seen))

        @router.get("/supporters")
        async def supporters(request: Request) -> HTMLResponse:
            rows = sorted(self._roster.values(), key=lambda one: one.supporter)
            return self._page(request, "supporters.html", supporters=rows, now=self._parts.clock.now())

        @router.post("/supporters/pause")
        async def pause(
            request: Request, actor: By, supporter: Annotated[Key, Form()], days: Annotated[int, Form(ge=0, le=366)]
        ) -> Response:
            return await self._pause(request, actor, supporter, timedelta(days=days))

        @router.get("/supporters/import")
        async def import_form(request: Request) -> HTMLResponse:
            return self._page(request, "import.html", **_COLUMNS)

        @router.post("/supporters/import")
        async def import_file(request: Request, actor: By, file: UploadFile) -> Response:
            return await self._import(request, actor, await file.read())

        return router

    def _page(self, request: Request, name: str, **context: Any) -> HTMLResponse:
        return self._pages.render(request, name, language=language_of(request), **context)

    async def _decide(self, request: Request, actor: Actor, case: str, command: Command) -> Response:
        if await queries.known(self._parts.store, case) is None:
            return self._pages.problem(request, 404, language=language_of(request))
        return await self._ask(request, actor, case, command, f"/cases/{case}")

    async def _pause(self, request: Request, actor: Actor, supporter: str, rest: timedelta) -> Response:
        if supporter not in self._roster:
            return self._pages.problem(request, 404, language=language_of(request))
        command = Pause(until=self._parts.clock.now() + rest)
        answer = await self._ask(request, actor, supporter, command, "/supporters")
        if answer.status_code == HTTPStatus.SEE_OTHER:
            await self._shown(supporter, command.until)
        return answer

    async def _shown(self, supporter: str, until: datetime) -> None:
        """The list is a view, which hears of it a moment later than whoever has asked for it."""
        for _ in range(20):
            if (one := self._roster.get(supporter)) is None or one.paused_until == until:
                return
            await asyncio.sleep(0.05)

    async def _ask(self, request: Request, actor: Actor, key: str, command: Command, back: str) -> Response:
        language, id_ = language_of(request), f"desk-{secrets.token_hex(10)}"
        answer = await self._parts.commands.ask(key, command, id_, actor, adapter="desk", within=FOR_PEOPLE)
        if answer is None:
            return self._pages.on_its_way(request, back)
        if answer.refused:
            why = label("not_done", answer.refused, translator(language))
            return self._pages.problem(request, 409, language=language, detail=why)
        return RedirectResponse(with_language(request, back), HTTPStatus.SEE_OTHER)

    async def _import(self, request: Request, actor: Actor, file: bytes) -> Response:
        roster = await self._inlet.read(file, actor)
        await self._parts.commands.send(roster.messages)
        status = 422 if roster.errors else 200
        if "application/json" in request.headers.get("accept", ""):
            errors = [error.as_json() for error in roster.errors]
            return JSONResponse({"imported": len(roster.messages), "errors": errors}, status)
        return self._pages.render(
            request, "import.html", language=language_of(request), status=status,
            imported=len(roster.messages), errors=roster.errors, **_COLUMNS,
        )  # fmt: skip
