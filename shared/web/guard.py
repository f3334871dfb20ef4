"""The guard before every route: who is it, may they, from where, how often, how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared import logs
from shared.access import UNASKED, Role, Roles, Table
from shared.web import limits, origin
from shared.web.answers import reads_pages, told
from shared.web.identity import Caller, Identity, bearer
from shared.web.pages import Pages
from shared.web.problems import Problem
from shared.web.routes import Routes


@dataclass(frozen=True)
class Rules:
    """`table`: the service's rows of the table of roles. `own`: where people reach the service. `max_body`: bytes,
    but for the routes of `bodies`."""

    table: Table
    identity: Identity
    rate: limits.Rate
    own: str
    max_body: int
    bodies: Mapping[str, int] = field(default_factory=dict)


class Guard:
    """ASGI middleware. Sets `request.state.actor`, and `.signed_in` where the actor has a session."""

    def __init__(self, app: ASGIApp, rules: Rules, routes: Routes, pages: Pages) -> None:
        self._app, self._rules, self._routes, self._pages = app, rules, routes, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] != "http":  # nothing here speaks anything else
            return
        request = Request(scope, receive)
        try:
            receive = await self._admitted(request)
        except Problem as problem:
            await told(self._pages, request, problem)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _admitted(self, request: Request) -> Receive:
        """The body to read on with. Raises Problem."""
        key = self._routes.key(request.method, request.scope["path"])
        if key is None or key in UNASKED:  # where nothing answers, the app says so, to everybody alike
            return request.receive
        request.state.route = key
        roles = self._roles(key)
        caller = await self._rules.identity.of(request, key.partition(" ")[2], open=Role.NOBODY in roles)
        request.state.actor, request.state.signed_in = caller.actor, caller.how == "session"
        self._rules.rate.count(caller.counted)
        if caller.how != "key":
            origin.check(request, self._rules.own, needed=caller.how == "session")
        if caller.actor.role not in roles:
            raise self._refusal(request, key, caller, roles)
        return limits.bounded(request, self._rules.bodies.get(key, self._rules.max_body))

    def _roles(self, key: str) -> Roles:
        roles = self._rules.table.get(key)
        if roles is None:
            logs.logger().error("no row in the table of roles", route=key)
            raise Problem(403, "no_row", "nobody has been allowed this address: shared/access.py has no row for it")
        return roles

    def _refusal(self, request: Request, key: str, caller: Caller, roles: Roles) -> Problem:
        """Says nothing of what lies behind the address."""
        whom = sorted(roles)
        if caller.actor.role is not Role.NOBODY:
            title = f"this is for {' or '.join(whom)}, and you are here as {caller.actor.role}"
            return Problem(403, "wrong_role", title, roles=whom, you=str(caller.actor.role))
        if "{token}" in key:
            return _unknown("bad_link", "this link does not work", "open the link in your mail again", "Link")
        if Role.PARTNER in roles and self._rules.identity.keys and not reads_pages(request):
            return _no_key() if bearer(request) is None else _bad_key()
        title = f"sign in first: this is for {' or '.join(whom)}"
        return _unknown("signed_out", title, "open a sign-in link; `tsunagu sign-in` makes one", "Link", whom)


def _no_key() -> Problem:
    return _unknown("no_key", "an API key is needed", "send `Authorization: Bearer <your key>`", "Bearer")


def _bad_key() -> Problem:
    """One answer to every key and token that opens nothing: whoever guesses learns of none that it ever was good."""
    title, detail = "this API key or token is not good", (
        "it is unknown, retired or past its end: get a new token, or ask who runs the network for a new key"
    )  # fmt: skip
    problem = _unknown("bad_key", title, detail, "Bearer")
    problem.headers["WWW-Authenticate"] += ', error="invalid_token"'  # RFC 6750, 3.1
    return problem


def _unknown(code: str, title: str, detail: str, scheme: str, whom: Sequence[str] = ()) -> Problem:
    headers = {"WWW-Authenticate": f'{scheme} realm="tsunagu"'}
    return Problem(401, code, title, detail, headers=headers, roles=list(whom))
