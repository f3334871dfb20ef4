"""The inbox for people: a list of mails, and one mail.

A mail's HTML is untrusted. It is served as a document of its own with a policy that forbids scripts,
forms and everything from the network, and shown in a sandboxed frame.
"""

from itertools import islice
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from deploy.local.mail.index import Entry, Index
from deploy.local.mail.letter import Letter, read_letter
from deploy.local.mail.links import with_links
from deploy.local.mail.store import Store

_PAGE = 50
_FOLDER = Path(__file__).parent
_NEW_TABS = "allow-popups allow-popups-to-escape-sandbox"
_OWN_PAGES = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'"
_MAIL_HTML = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox {_NEW_TABS}"


def pages(store: Store, index: Index) -> APIRouter:
    """`GET /`, `/mail/{n}`, `/mail/{n}/html` and `/style.css`."""
    router = APIRouter(include_in_schema=False)
    templates = _templates()

    def read(n: int) -> tuple[Entry, Letter]:
        if (entry := index.get(n)) is None:
            raise HTTPException(404, f"there is no mail {n}")
        return entry, read_letter(store.read(n).raw)

    @router.get("/")
    def inbox(request: Request, to: str = "", before: Annotated[int | None, Query(ge=1)] = None) -> Response:
        # One more than is shown says whether there is another page.
        entries = list(islice(index.newest(to, before), _PAGE + 1))
        older = entries[_PAGE - 1].n if len(entries) > _PAGE else None
        shown = {"entries": entries[:_PAGE], "to": to, "older": older, "first_page": before is None}
        return _page(templates, request, "inbox.html", **shown)

    @router.get("/mail/{n}")
    def mail(request: Request, n: int) -> Response:
        entry, letter = read(n)
        return _page(templates, request, "mail.html", entry=entry, letter=letter, sandbox=_NEW_TABS)

    @router.get("/mail/{n}/html")
    def mail_html(n: int) -> Response:
        _, letter = read(n)
        # Links would open in the frame, where most sites refuse to be shown.
        html = f'<base target="_blank">{letter.html or ""}'
        return HTMLResponse(html, headers=_headers(_MAIL_HTML))

    @router.get("/style.css")
    def style() -> Response:
        css = (_FOLDER / "templates" / "style.css").read_text(encoding="utf-8")
        return Response(css, media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    return router


def _templates() -> Jinja2Templates:
    templates = Jinja2Templates(_FOLDER / "templates")
    templates.env.filters["with_links"] = with_links
    return templates


def _page(templates: Jinja2Templates, request: Request, name: str, **shown: object) -> Response:
    return templates.TemplateResponse(request, name, shown, headers=_headers(_OWN_PAGES))


def _headers(policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
