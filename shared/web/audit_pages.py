"""`/audit`: who opened whose data, for auditors. The same page on every service that opens any."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from shared.privacy.audit import Audit
from shared.web.pages import Pages, language_of

PAGE, LAST = 50, 200
PERSON = r"^$|^[a-z]+[.-][A-Za-z0-9._-]{1,160}$"
"""Whose data, or which dead letter: topic-partition-offset."""


def routes(audit: Audit) -> APIRouter:
    """`?person=`: of one alone. `?check=true`: reads the whole chain, so only when asked."""
    pages, router = Pages(), APIRouter(include_in_schema=False)

    @router.get("/audit")
    async def openings(
        request: Request,
        person: Annotated[str, Query(pattern=PERSON)] = "",
        page: Annotated[int, Query(ge=1, le=LAST)] = 1,
        check: bool = False,
    ) -> HTMLResponse:
        lines = (await audit.newest(page * PAGE + 1, person or None))[(page - 1) * PAGE :]
        return pages.render(
            request, "audit.html", language=language_of(request), lines=lines[:PAGE], more=len(lines) > PAGE,
            person=person, page=page, checked=check, broken=await audit.broken() if check else None,
        )  # fmt: skip

    return router
