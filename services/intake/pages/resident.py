"""`/r/{token}`: a resident's own request, in plain words, behind a signed link. It shows no name, not even theirs."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.intake import queries, timeline
from services.intake.links import CaseLinks
from shared.store import MongoStore
from shared.web.pages import Pages, language_of
from shared.web.problems import Problem


def routes(pages: Pages, store: MongoStore, links: CaseLinks) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/r/{token}")
    async def request_of(request: Request, token: str) -> HTMLResponse:
        found = await queries.case(store, links.read(token))  # the guard has let nobody through with another
        if found is None or found.case.state is None:
            raise Problem(404, "not_found", "there is no request behind this link any more")
        steps = timeline.residents(found.updates)
        return pages.render(
            request, "resident.html", language=language_of(request), found=found, steps=steps,
            ahead=timeline.ahead(found.state, steps),
        )  # fmt: skip

    return router
