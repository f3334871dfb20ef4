"""Supporters' pages: one per offer, reached by the signed link of a mail. Opening a page changes nothing; forms do."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notify import queries, timeline
from services.notify.domain.commands import Accept, Decline, DropOut, OfCase, Report
from services.notify.domain.offers import LATE, NAMED
from services.notify.links import Link, Links
from shared.events.responses import DeclineReason, Outcome
from shared.kernel.commands import FOR_PEOPLE
from shared.parts import Parts
from shared.privacy.opener import Opener
from shared.privacy.vault import NoKey
from shared.web.pages import Pages, language_of, with_language

SAID = {Accept: ("answered", "assigned"), Decline: ("declined",), DropOut: ("dropped_out",), Report: ("reported",)}
"""What an offer is by an answer: who gives the same one again, a button pressed twice, sees what came of the first."""
OVER = ("taken", "withdrawn", *NAMED)
"""What an offer is that somebody else than its reader has ended."""


class OfferPages:
    """`residents`: opens a resident's data, for the page of the assigned supporter and for no other."""

    def __init__(self, parts: Parts, links: Links, residents: Opener) -> None:
        self._parts, self._links, self._residents = parts, links, residents
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
        link = self._links.read(token)  # the guard has let nobody through with another
        found = await self._view(link, token)
        if found is None:
            return self._link_page(request, "expired", 404)
        if found.number != link.number:
            return self._link_page(request, "expired", 410, found.state)
        return self._pages.render(
            request, "offer.html", language=language_of(request), offer=found, now=self._parts.clock.now(),
            steps=timeline.steps(await self._parts.store.history(link.supporter), link.case),
            ahead=timeline.AHEAD.get(found.state, ()),
        )  # fmt: skip

    async def _view(self, link: Link, token: str) -> queries.OfferView | None:
        person = await queries.recipient(self._parts.store, link.supporter)
        offer = person.offers.get(link.case) if person else None
        found = queries.view(link, offer, token, self._parts.clock.now()) if offer else None
        if found is None or found.sealed is None:
            return found
        return replace(found, resident=await self._opened(link, found.sealed))

    async def _opened(self, link: Link, sealed: str) -> dict[str, Any] | None:
        """None where nobody can open it any more; the page says so."""
        try:
            opened: dict[str, Any] = await self._residents.open(link.case, sealed, str(link.actor), "page")
        except NoKey:
            return None
        return opened

    async def _answer(self, request: Request, token: str, made: type[OfCase], **said: Any) -> Response:
        link = self._links.read(token)  # the guard has let nobody through with another
        command = made(case=link.case, number=link.number, **said)
        id_ = f"page-{secrets.token_hex(10)}"
        answer = await self._parts.commands.ask(
            link.supporter, command, id_, link.actor, adapter="page", within=FOR_PEOPLE
        )
        offer = f"/offers/{token}"
        if answer is None:
            return self._pages.on_its_way(request, offer)
        if answer.refused and answer.refused not in SAID[made]:
            if answer.refused in OVER:
                late = made is Report and answer.refused != "expired"
                return self._link_page(request, LATE if late else answer.refused, 409)
            return self._link_page(request, "used", 409, answer.refused, offer)
        return RedirectResponse(with_language(request, offer), 303)

    def _link_page(
        self, request: Request, problem: str, status: int, offer_state: str | None = None, offer: str | None = None
    ) -> HTMLResponse:
        return self._pages.render(
            request, "link.html", language=language_of(request), status=status, problem=problem,
            offer_state=offer_state, offer=offer,
        )  # fmt: skip
