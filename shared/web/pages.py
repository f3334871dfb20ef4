"""Pages: templates in the reader's language, sent with headers that let a browser only show them."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.i18n import LANGUAGES, choose, translator
from shared.web.charts import bars, tile_map
from shared.web.environment import environment, helpers

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
"""To be mounted at /static."""
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; img-src 'self' data:; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
        # Not no-referrer: with that, browsers send forms with `Origin: null`.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Language",
    }
)


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
        texts = translator(language)
        html = self._environment.get_template(name).render(
            **helpers(texts),
            texts=texts,
            href=lambda path: with_language(request, path),
            switch=lambda tag: _switched(request, tag),
            tile_map=lambda values: tile_map(values, texts),
            path=request.url.path,
            can_switch=request.method in ("GET", "HEAD"),
            status=status,
            **context,
        )
        response = HTMLResponse(html, status_code=status, headers=dict(HEADERS))
        response.headers["Content-Language"] = texts.tag
        response.headers["Cache-Control"] = "no-store" if personal else "no-cache"
        return response

    def problem(self, request: Request, status: int, *, language: str, detail: str | None = None) -> HTMLResponse:
        """What went wrong and what to do about it; `detail` is a sentence of ours about this very case."""
        return self.render(request, "problem.html", language=language, status=status, detail=detail)


def with_language(request: Request, path: str) -> str:
    """A link, a form's target or a redirect inside the site: a language that was asked for goes along."""
    lang = request.query_params.get("lang")
    if lang is None:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'lang': lang})}"


def _switched(request: Request, tag: str) -> str:
    """This page in another language."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return "?" + urlencode([*kept, ("lang", tag)])
