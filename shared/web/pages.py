"""Pages: templates in the reader's language. What a browser may do with them: shared.web.headers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.access import Actor
from shared.i18n import LANGUAGES, choose, translator
from shared.web.charts import bars, tile_map
from shared.web.environment import environment, helpers

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
"""To be mounted at /static."""


def language_of(request: Request) -> str:
    return choose(request.query_params.get("lang"), request.headers.get("accept-language"))


class Pages:
    """The pages of a service: its own templates first, then the shared ones."""

    def __init__(self, *template_dirs: Path) -> None:
        self._environment = environment(*template_dirs, TEMPLATES)
        self._environment.globals.update(offered_languages=LANGUAGES, bars=bars)

    def render(
        self,
        request: Request,
        name: str,
        *,
        language: str,
        status: int = 200,
        personal: bool = True,
        **context: Any,
    ) -> HTMLResponse:
        """`personal` pages are kept by no cache; say False only for what everybody may see."""
        texts, signed_in = translator(language), _signed_in(request)
        html = self._environment.get_template(name).render(
            **helpers(texts),
            texts=texts,
            href=lambda path: with_language(request, path),
            switch=lambda tag: _changed(request, lang=tag),
            paged=lambda number: _changed(request, page=number),
            tile_map=lambda values: tile_map(values, texts),
            path=request.url.path,
            lang=request.query_params.get("lang"),
            can_switch=request.method in ("GET", "HEAD"),
            status=status,
            signed_in=signed_in,
            **context,
        )
        response = HTMLResponse(html, status_code=status)
        response.headers["Vary"] = "Accept-Language, Cookie"
        response.headers["Content-Language"] = texts.tag
        response.headers["Cache-Control"] = "no-store" if personal or signed_in else "no-cache"
        return response

    def problem(
        self, request: Request, status: int, *, language: str, detail: str | None = None, code: str = "",
        more: Mapping[str, Any] | None = None,
    ) -> HTMLResponse:  # fmt: skip
        """What went wrong and what to do about it; `detail` is a sentence of ours about this very case.

        Some codes have words of their own, in the reader's language, that need no detail; `more` is what they name.
        """
        return self.render(
            request, "problem.html", language=language, status=status, detail=detail, code=code, more=more or {}
        )

    def on_its_way(self, request: Request, look: str) -> HTMLResponse:
        """Sent, and not decided yet (see Commands.ask). A page that looks as before would say that nothing has happened."""
        return self.render(request, "on_its_way.html", language=language_of(request), status=202, look=look)


def _signed_in(request: Request) -> Actor | None:
    """Who has a session, for the page's head. The guard has put it there."""
    state = request.scope.get("state", {})
    return state["actor"] if state.get("signed_in") else None


def with_language(request: Request, path: str) -> str:
    """A link, a form's target or a redirect inside the site: a language that was asked for goes along."""
    lang = request.query_params.get("lang")
    if lang is None:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'lang': lang})}"


def _changed(request: Request, **query: str | int) -> str:
    """This page in another language, or the next one of a list: all else in its address stays."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in query]
    return "?" + urlencode([*kept, *query.items()])
