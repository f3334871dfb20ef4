"""`/desk`: coordinators look at the cases of all partners, and, where they must, at who a case is about."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from services.intake import queries, timeline
from services.intake.inlets.residents import Residents
from services.intake.pages.partner import PageNumber
from shared.access import Actor
from shared.errors import TsunaguError
from shared.events.updates import State
from shared.privacy.audit import DeskReason, Opening
from shared.privacy.person import Resident
from shared.privacy.vault import Erased
from shared.store import MongoStore
from shared.web.identity import By
from shared.web.pages import Pages, language_of
from shared.web.problems import Problem


class Desk:
    """`residents`: their keys and the audit log."""

    def __init__(self, pages: Pages, store: MongoStore, residents: Residents) -> None:
        self._pages, self._store, self._residents = pages, store, residents

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get("/desk")
        async def cases(request: Request, state: State | None = None, page: PageNumber = 1) -> HTMLResponse:
            listed = await queries.referrals(self._store, None, state, page)
            return self._page(request, "desk.html", listed=listed, state=state, page=page)

        @router.get("/desk/{case}")
        async def case(request: Request, case: str) -> HTMLResponse:
            return self._case(request, await self._found(case), None)

        @router.post("/desk/{case}/open")
        async def open_resident(
            request: Request, actor: By, case: str, reason: Annotated[DeskReason, Form()]
        ) -> HTMLResponse:
            found = await self._found(case)
            return self._case(request, found, await self._opened(found, actor, reason))

        return router

    async def _found(self, case: str) -> queries.ReferralView:
        found = await queries.case(self._store, case)
        if found is None or found.case.state is None:
            raise Problem(404, "not_found", "there is no such case")
        return found

    async def _opened(self, found: queries.ReferralView, actor: Actor, reason: DeskReason) -> Resident:
        """Noted before it is shown. Raises a problem for who was erased, or whose key is lost."""
        try:
            key = await self._residents.vault.key_of(found.key)
            await self._residents.audit.note([Opening(str(actor), found.key, reason)])
            return Resident.model_validate(key.open(found.sealed or ""))
        except Erased as error:
            raise Problem(410, "erased", "this person's data was erased and can be opened by nobody") from error
        except TsunaguError as error:
            raise Problem(409, "key_lost", "this person's data cannot be opened: its key is not here") from error

    def _case(self, request: Request, found: queries.ReferralView, resident: Resident | None) -> HTMLResponse:
        steps = timeline.steps(found.updates)
        ahead = timeline.ahead(found.state, steps)
        return self._page(request, "desk_case.html", found=found, steps=steps, ahead=ahead, resident=resident)

    def _page(self, request: Request, name: str, **context: Any) -> HTMLResponse:
        return self._pages.render(request, name, language=language_of(request), **context)
