"""The documents, `/asyncapi.json` and `/openapi.json`, and the pages that show them to people, `/events` and `/api`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from joserfc.jwk import KeySet

from services.intake.contracts import openapi, views
from services.intake.contracts.codes import PROBLEMS, REJECTIONS
from shared import region, seal
from shared.contracts import asyncapi
from shared.web.pages import Pages, language_of

TEMPLATES = Path(__file__).parents[1] / "templates"


def routes(api: APIRouter, url: str, keys: KeySet) -> APIRouter:
    """`api`: the partners' interface. `url`: where it is reached. `keys`: the network's public ones, for the examples."""
    pages, router = Pages(TEMPLATES), APIRouter(include_in_schema=False)
    http = openapi.document(api, url)
    events = asyncapi.document(lambda resident: seal.seal_json(resident, keys))

    @router.get("/openapi.json")
    async def openapi_json() -> dict[str, Any]:
        return http

    @router.get("/asyncapi.json")
    async def asyncapi_json() -> dict[str, Any]:
        return events

    @router.get("/api")
    async def api_page(request: Request) -> Response:
        return _page(pages, request, "contract_api.html", of_api(http))

    @router.get("/events")
    async def events_page(request: Request) -> Response:
        return _page(pages, request, "contract_events.html", of_events(events))

    return router


def of_api(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of the HTTP interface shows."""
    return {"calls": views.calls(document), "problems": PROBLEMS, **_codes()}


def of_events(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of the events shows."""
    return {"public": views.topics(document, "partners"), "internal": views.topics(document, "internal"), **_codes()}


def _codes() -> dict[str, Any]:
    return {"rejections": REJECTIONS, "categories": region.categories(), "languages": region.languages(),
            "municipalities": region.municipalities()}  # fmt: skip


def _page(pages: Pages, request: Request, template: str, context: Mapping[str, Any]) -> Response:
    return pages.render(request, template, language=language_of(request), personal=False, **context)
