"""Who a request is from. A session speaks louder than a key or a link, so that nobody acts as somebody else unawares."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request

from shared.access import NOBODY, Actor, Role
from shared.web.sessions import Sessions, hashed

Keys = Callable[[str], Awaitable[str | None]]
"""An API key, or a token that was given for one → the organisation that it is of."""
Opens = Callable[[str], Actor | None]
"""The token of a signed link → who has it."""


@dataclass(frozen=True)
class Caller:
    """`how` they said who they are. `counted`: what their requests are counted under."""

    actor: Actor
    how: Literal["nobody", "session", "key", "link"]
    counted: str


@dataclass(frozen=True)
class Identity:
    """`keys`, `opens`: None where the service has no API keys, or no signed links."""

    sessions: Sessions
    keys: Keys | None = None
    opens: Opens | None = None

    async def of(self, request: Request, template: str, *, open: bool) -> Caller:
        """`open`: the route is for everybody; then only a session is looked at, for the page's head."""
        if caller := await self._by_session(request):
            return caller
        if not open and (caller := await self._by_key(request) or self._by_link(request, template)):
            return caller
        return Caller(NOBODY, "nobody", f"from {address(request)}")

    async def _by_session(self, request: Request) -> Caller | None:
        id = request.cookies.get(self.sessions.cookie)
        actor = await self.sessions.find(id) if id else None
        return Caller(actor, "session", f"session {hashed(id)}") if id and actor else None

    async def _by_key(self, request: Request) -> Caller | None:
        key = bearer(request)
        if self.keys is None or key is None or not (org := await self.keys(key)):
            return None
        return Caller(Actor(Role.PARTNER, org), "key", f"partner {org}")  # with more keys, no more requests

    def _by_link(self, request: Request, template: str) -> Caller | None:
        if self.opens is None or not (token := token_of(request.scope["path"], template)):
            return None
        actor = self.opens(token)
        return Caller(actor, "link", f"link {hashed(token)}") if actor else None


def bearer(request: Request) -> str | None:
    """What stands behind `Bearer`; None where nothing does."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None


def token_of(path: str, template: str) -> str | None:
    """What stands where the template has `{token}`."""
    pairs = zip(template.split("/"), path.split("/"), strict=False)
    return next((part for name, part in pairs if name == "{token}"), None)


def address(request: Request) -> str:
    """Behind a proxy on this machine, the address that the proxy says."""
    return request.client.host if request.client else "unknown"


async def _actor(request: Request) -> Actor:
    actor: Actor = request.state.actor
    return actor


By = Annotated[Actor, Depends(_actor)]
"""For a route's argument: who asks, as the guard has found out."""
