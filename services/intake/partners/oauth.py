"""OAuth 2.0 for machines: a token for a client's id and secret (RFC 6749, 4.4), and where to ask for it (RFC 8414).

A client's id is the partner's name in the network, its secret one of the partner's API keys.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
)
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from services.intake.contracts import described
from services.intake.partners.tokens import LIFE, Tokens

GRANT = "client_credentials"
FORM = "application/x-www-form-urlencoded"
UNKEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Client(NamedTuple):
    id: str
    secret: str


def routes(tokens: Tokens, url: str) -> APIRouter:
    """`url`: where people and machines reach intake; the issuer."""
    router = APIRouter()
    base = url.rstrip("/")

    @router.get("/.well-known/oauth-authorization-server", **described.METADATA)
    async def metadata() -> dict[str, Any]:
        """Where a token is to be had, and how."""
        return {
            "issuer": base,
            "token_endpoint": f"{base}/oauth/token",
            "grant_types_supported": [GRANT],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "service_documentation": f"{base}/api",
        }

    @router.post("/oauth/token", **described.TOKEN)
    async def token(request: Request) -> JSONResponse:
        """A token for ten minutes, to be sent in place of an API key."""
        try:
            client = _asked(request, await _form(request))
            if await tokens.partners.org_of(client.secret) != client.id:
                raise InvalidClientError("client_id or client_secret is wrong, or the key is not good any more")
        except OAuth2Error as error:
            return _refused(error)
        given = await tokens.give(client.secret)
        body = {"access_token": given, "token_type": "Bearer", "expires_in": int(LIFE.total_seconds())}
        return JSONResponse(body, headers=UNKEPT)

    return router


async def _form(request: Request) -> dict[str, str]:
    """Raises InvalidRequestError for what is no form, or says something twice (RFC 6749, 3.2)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise InvalidRequestError(f"send the parameters as {FORM}")
    pairs = (await request.form()).multi_items()
    if any(count > 1 for count in Counter(name for name, _ in pairs).values()):
        raise InvalidRequestError("a parameter is there twice")
    return {name: str(value) for name, value in pairs}


def _asked(request: Request, form: Mapping[str, str]) -> Client:
    """Who asks for the only thing that there is. Raises OAuth2Error."""
    grant = form.get("grant_type")
    if not grant:
        raise InvalidRequestError("grant_type is missing: send grant_type=client_credentials")
    if grant != GRANT:
        raise OAuth2Error(f"the only grant_type here is {GRANT}", error="unsupported_grant_type")
    if form.get("scope"):
        raise InvalidScopeError("there are no scopes here: leave it out")
    return _client(request, form)


def _client(request: Request, form: Mapping[str, str]) -> Client:
    """By the header or in the body, not by both (RFC 6749, 2.3)."""
    id, secret = _basic(request)
    if secret and "client_secret" in form:
        raise InvalidRequestError("send the secret by the Authorization header or in the body, not both")
    id, secret = (id, secret) if secret else (form.get("client_id"), form.get("client_secret"))
    if not id or not secret:
        raise InvalidClientError("send client_id and client_secret, by HTTP Basic or in the body")
    return Client(str(id), str(secret))


def _basic(request: Request) -> tuple[str | None, str | None]:
    try:
        id, secret = extract_basic_authorization(request.headers)
    except ValueError as error:
        raise InvalidClientError("what stands behind Basic is no UTF-8") from error
    return id, secret


def _refused(error: OAuth2Error) -> JSONResponse:
    """As RFC 6749, 5.2, has it. A client that is not known is a 401, however it has said who it is."""
    if isinstance(error, InvalidClientError):
        error.status_code = 401
    status, body, headers = error()
    realm = {"WWW-Authenticate": 'Basic realm="tsunagu"'} if status == 401 else {}  # RFC 7617, 2: no Basic without one
    return JSONResponse(body, status, headers={**dict(headers), **UNKEPT, **realm})
