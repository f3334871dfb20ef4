"""`/partner`: what an organisation has published, and where each of its referrals stands. Its own alone."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.intake import queries, timeline
from services.intake.links import CaseLinks
from shared.events.updates import State
from shared.i18n import LANGUAGES
from shared.store import MongoStore
from shared.web.identity import By
from shared.web.pages import Pages, language_of
from shared.web.problems import Problem

PageNumber = Annotated[int, Query(ge=1, le=10_000)]


def routes(pages: Pages, store: MongoStore, links: CaseLinks) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/partner")
    async def referrals(request: Request, actor: By, state: State | None = None, page: PageNumber = 1) -> HTMLResponse:
        listed = await queries.referrals(store, actor.id, state, page)
        return pages.render(
            request, "partner.html", language=language_of(request), org=actor.id, listed=listed, state=state, page=page
        )

    @router.get("/partner/referrals/{reference}")
    async def referral(request: Request, actor: By, reference: str) -> HTMLResponse:
        found = await queries.referral(store, actor.id, reference)
        if found is None:
            raise Problem(404, "not_found", f"you have published nothing under {reference}")
        steps = timeline.steps(found.updates)
        return pages.render(
            request, "referral.html", language=language_of(request), found=found, steps=steps,
            ahead=timeline.ahead(found.state, steps), link=_link(links, found),
        )  # fmt: skip

    return router


def _link(links: CaseLinks, found: queries.ReferralView) -> str | None:
    """The resident's page, in their first language that pages are translated into; None where it would show nothing."""
    if found.case.state is None or found.case.erased:
        return None
    spoken = found.case.languages
    return links.url(found.key, next((tag for tag in spoken if tag in LANGUAGES), spoken[0] if spoken else "ja"))
