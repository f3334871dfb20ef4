"""A program's way to be somebody: it opens a sign-in link and presses the button, as a browser would."""

import re

import httpx

from shared.access import Actor
from shared.errors import TsunaguError
from shared.web.invitations import invite, link


async def enter(http: httpx.AsyncClient, address: str) -> dict[str, str]:
    """Headers for this person's requests: the cookie, and where they come from. Raises TsunaguError when refused.

    The cookie is sent by hand: it is `Secure`, and httpx keeps such a one from http, on loopback too.
    """
    base = address.partition("/sign-in")[0]
    here = _as_from_here(base)
    page = await http.get(address, headers=here)
    _answers(base, page)
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    if not found:
        raise TsunaguError(f"{base} refused the sign-in link: {page.status_code} {page.text[:200]}")
    answer = await http.post(f"{base}/sign-in", data={"token": found[1]}, headers=here)
    _answers(base, answer)
    cookie = answer.headers.get("set-cookie", "").partition(";")[0]
    if answer.status_code != 303 or not cookie:
        raise TsunaguError(f"{base} refused the sign-in: {answer.status_code} {answer.text[:200]}")
    return {"Cookie": cookie, "Origin": base}


def _answers(base: str, answer: httpx.Response) -> None:
    """Who waits for its database or broker has refused nobody."""
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        raise TsunaguError(f"{base} cannot answer just now: `tsunagu status` says what it waits for")


def _as_from_here(base: str) -> dict[str, str]:
    """Over plain http a service signs in only who says to be on its machine: elsewhere browsers drop the cookie, we do not."""
    return {"Host": "localhost", "Origin": "http://localhost"} if base.startswith("http://") else {"Origin": base}


async def session(http: httpx.AsyncClient, base: str, service: str, secret: str, actor: Actor) -> dict[str, str]:
    """As `enter`, by a link made for it."""
    return await enter(http, link(base, invite(secret, service, actor)))
