"""Supporters' pages: one per offer, reached by the signed link of a mail. Opening a page changes nothing; forms do."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from joserfc.jwk import KeySet

from services.notify import queries
from services.notify.domain.commands import Accept, Decline, DropOut, OfCase, Report
from services.notify.links import Link, Links, Tampered
from shared.errors import TsunaguError
from shared.events.responses import DeclineReason, Outcome
from shared.seal import open_json
from shared.service import Parts
from shared.web.pages import Pages, language_of, with_language


class OfferPages:
    """`keys`: open a resident's data, for the page of the assigned supporter and for no other."""

    def __init__(self, parts: Parts, links: Links, keys: KeySet) -> None:
        self._parts, self._links, self._keys = parts, links, keys
        self._pages = Pages(Path(__file__).parent / "templates")

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get("/offers/{token}")
        async def offer(request: Request, token: str) -> HTMLResponse:
            return await self._offer(request, token)

        @router.post("/offers/{token}/accept")
        async def accept(request: Request, token: str) -> Response:
            return await self._answer(request, token, Accept)

        @router.post("/offers/{token}/decline")
        async def decline(request: Request, token: str, reason: Annotated[DeclineReason, Form()]) -> Response:
            return await self._answer(request, token, Decline, reason=reason)

        @router.post("/offers/{token}/pause")
        async def pause(
            request: Request, token: str, days: Annotated[int, Form(ge=1, le=366)],
            reason: Annotated[DeclineReason, Form()] = "no_time",
        ) -> Response:  # fmt: skip
            return await self._answer(request, token, Decline, reason=reason, pause_days=days)

        @router.post("/offers/{token}/report")
        async def report(
            request: Request, token: str, minutes: Annotated[int, Form(ge=0, le=1440)],
            outcome: Annotated[Outcome, Form()],
        ) -> Response:  # fmt: skip
            return await self._answer(request, token, Report, minutes=minutes, outcome=outcome)

        @router.post("/offers/{token}/drop-out")
        async def drop_out(
            request: Request, token: str, reason: Annotated[Literal["ill", "no_time", "other"], Form()]
        ) -> Response:
            return await self._answer(request, token, DropOut, reason=reason)

        return router

    async def _offer(self, request: Request, token: str) -> HTMLResponse:
        try:
            link = self._links.read(token)
        except Tampered:
            return self._link_page(request, "tampered", 400)
        found = await self._view(link, token)
        if found is None:
            return self._link_page(request, "foreign", 404)
        if found.number != link.number:
            return self._link_page(request, "expired", 410, found.state)
        return self._pages.render(
            request, "offer.html", language=language_of(request), offer=found, now=self._parts.clock.now()
        )

    async def _view(self, link: Link, token: str) -> queries.OfferView | None:
        person = await queries.recipient(self._parts.store, link.supporter)
        offer = person.offers.get(link.case) if person else None
        found = queries.view(link, offer, token, self._parts.clock.now()) if offer else None
        if found is None or found.sealed is None:
            return found
        return replace(found, resident=self._opened(found.sealed))

    def _opened(self, sealed: str) -> dict[str, Any] | None:
        try:
            opened: dict[str, Any] = open_json(sealed, self._keys)
        except (TsunaguError, ValueError):
            return None
        return {name: opened.get(name, "") for name in ("name", "contacts", "note")}

    async def _answer(self, request: Request, token: str, made: type[OfCase], **said: Any) -> Response:
        try:
            link = self._links.read(token)
        except Tampered:
            return self._link_page(request, "tampered", 400)
        command = made(case=link.case, number=link.number, **said)
        id_ = f"page-{secrets.token_hex(10)}"
        answer = await self._parts.commands.ask(link.supporter, command, id_, adapter="page")
        if answer and answer.refused:
            problem = {"expired": "expired", "foreign": "foreign"}.get(answer.refused, "used")
            state = None if answer.refused in ("foreign", "expired") else answer.refused
            return self._link_page(request, problem, 409, state)
        return RedirectResponse(with_language(request, f"/offers/{token}"), 303)

    def _link_page(self, request: Request, problem: str, status: int, offer_state: str | None = None) -> HTMLResponse:
        return self._pages.render(
            request, "link.html", language=language_of(request), status=status, problem=problem,
            offer_state=offer_state,
        )  # fmt: skip
