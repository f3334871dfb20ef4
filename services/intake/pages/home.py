"""`/`: what this is, for whom, and where each of them goes on. For everybody."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from shared.settings import Settings
from shared.web.pages import Pages, language_of


def routes(pages: Pages, settings: Settings) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    urls = {name: getattr(settings, f"url_{name}").rstrip("/") for name in ("intake", "matching", "notify", "stats")}

    @router.get("/")
    async def home(request: Request) -> HTMLResponse:
        return pages.render(request, "home.html", language=language_of(request), personal=False, urls=urls)

    return router
