"""What every service's web server has: the guard, health, metrics, sign-in, the pages of auditors and operators, the
look, errors in the reader's own form.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from shared.access import ROUTES, Forbidden
from shared.parts import Parts
from shared.privacy.audit import Audit
from shared.service import Service
from shared.web import audit_pages, health, letters_pages
from shared.web.accounts import Accounts
from shared.web.answers import Failures, told
from shared.web.ceremonies import site_of
from shared.web.guard import Guard, Rules
from shared.web.headers import Headers
from shared.web.heads import Heads
from shared.web.identity import Identity, Keys, Opens
from shared.web.invitations import Invitations
from shared.web.limits import Rate
from shared.web.openid import Provider
from shared.web.pages import STATIC, Pages
from shared.web.passkey_book import PasskeyBook
from shared.web.passkey_pages import PasskeyPages
from shared.web.passkeys import Passkeys
from shared.web.patience import Patience
from shared.web.problems import VISIBLE, Flaw, Problem
from shared.web.routes import Routes
from shared.web.sessions import Sessions
from shared.web.sign_in import TRIES_A_MINUTE, SignIn


def application(name: str, **more: Any) -> FastAPI:
    """Without FastAPI's own pages of the API: they run scripts from other sites."""
    return FastAPI(
        title=f"Tsunagu {name}", version="1", **{"openapi_url": None, "docs_url": None, "redoc_url": None, **more}
    )


def furnish(
    app: FastAPI, service: Service, *, keys: Keys | None = None, opens: Opens | None = None,
    bodies: Mapping[str, int] | None = None,
) -> None:  # fmt: skip
    """`keys`: whose API key it is. `opens`: who has a signed link. `bodies`: bytes, for routes that take more."""
    pages, p = Pages(), service.parts
    sessions = Sessions(p.name, p.store.collection("sessions"))
    app.include_router(health.routes(service))
    app.include_router(audit_pages.routes(Audit(p.shelf("audit"))))
    app.include_router(letters_pages.routes(service))
    for router in _sign_in(p, sessions, pages):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    settings = p.settings
    rules = Rules(
        ROUTES[p.name], Identity(sessions, keys, opens), Rate(settings.requests_a_minute),
        getattr(settings, f"url_{p.name}"), settings.max_body, bodies or {},
    )  # fmt: skip
    routes = Routes(app)
    app.add_middleware(Heads)
    app.add_middleware(Guard, rules=rules, routes=routes, pages=pages)
    app.add_middleware(Patience)
    app.add_middleware(Failures, pages=pages)
    app.add_middleware(Headers)
    _tell_problems(app, pages, routes)


def _sign_in(p: Parts, sessions: Sessions, pages: Pages) -> Iterator[APIRouter]:
    """By a link, a passkey, and an account where there is a provider; whatever is refused counts together."""
    rate, own, client = Rate(TRIES_A_MINUTE), getattr(p.settings, f"url_{p.name}"), p.settings.accounts()
    started, passkeys = p.store.collection("accounts"), PasskeyPages(sessions, pages, _passkeys(p, own), rate)
    accounts = Accounts(sessions, Provider(client) if client else None, own, started, rate)
    invitations = Invitations(p.name, p.settings.sign_in_secret, p.store.collection("invitations"))
    yield SignIn(sessions, invitations, pages, rate, accounts, passkeys).router()
    yield accounts.router()
    yield passkeys.router()


def _passkeys(p: Parts, own: str) -> Passkeys | None:
    if (site := site_of(own)) is None:
        return None
    book = PasskeyBook(p.store.collection("passkeys"), Audit(p.shelf("audit")))
    return Passkeys(p.name, site, book, p.store.collection("challenges"))


def _tell_problems(app: FastAPI, pages: Pages, routes: Routes) -> None:
    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        return told(pages, request, problem)

    @app.exception_handler(Forbidden)
    async def _forbidden(request: Request, error: Forbidden) -> Response:
        return told(pages, request, Problem(403, "forbidden", str(error)))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        code = "too_large" if error.status_code == 413 else "http"
        headers = dict(error.headers or {})
        if error.status_code == 405:  # the framework names those of the first route alone
            headers["Allow"] = ", ".join(routes.methods(request.scope["path"]))
        return told(pages, request, Problem(error.status_code, code, str(error.detail), headers=headers))

    @app.exception_handler(RequestValidationError)
    async def _form(request: Request, error: RequestValidationError) -> Response:
        flaws = [Flaw(".".join(map(str, e["loc"][1:])), "malformed", _in_words(e)) for e in error.errors()]
        title = "what was sent does not fit"
        detail = "; ".join(f"{flaw.field}: {flaw.message}" for flaw in flaws)
        return told(pages, request, Problem(422, "invalid", title, detail, flaws))


def _in_words(error: Mapping[str, Any]) -> str:
    """What to send instead: the library speaks of patterns and strings."""
    if error["type"] == "bool_parsing":
        return "say true or false"
    if error.get("ctx", {}).get("pattern") == VISIBLE:
        return "it may hold ASCII without blanks"
    said = str(error["msg"]).replace("String should have", "have")
    return f"{said[:1].lower()}{said[1:]}"
