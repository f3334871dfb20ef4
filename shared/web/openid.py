"""OpenID Connect, as its client: what is asked of a provider, and what of its answer is believed.

Code flow with PKCE (RFC 7636), state and nonce. Of who signs in, a role and a handle are taken from the id token; a name
or an address is neither asked for nor kept.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.access import HANDLE, Role
from shared.web.problems import Problem

PATIENCE, LEEWAY, FRESH = 10.0, 60, 3600.0
"""Seconds: for an answer; between two clocks; that a provider's own description of itself is believed."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Of signatures with a key of the provider's own. Never `none`, nor with a secret that is shared."""


class Asked(NamedTuple):
    """What is remembered while somebody is with their provider: what its answer must fit."""

    nonce: str
    verifier: str
    redirect: str


@dataclass(frozen=True)
class Client:
    """Of the settings. `role_claim`: name of the claim, or a way to it (`realm_access.roles`)."""

    issuer: str
    id: str
    secret: str = field(repr=False)
    role_claim: str
    handle_claim: str


class Provider:
    """One provider, as it describes itself under its issuer."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._told: Mapping[str, Any] = {}
        self._until = 0.0

    async def way(self, state: str, asked: Asked) -> str:
        """The address where somebody says to their provider who they are. Raises Problem."""
        async with _http() as http:
            told = await self._metadata(http)
        query = {
            "response_type": "code", "client_id": self.client.id, "redirect_uri": asked.redirect, "scope": "openid",
            "state": state, "nonce": asked.nonce, "code_challenge_method": "S256",
            "code_challenge": create_s256_code_challenge(asked.verifier),
        }  # fmt: skip
        at = str(told["authorization_endpoint"])
        return f"{at}{'&' if '?' in at else '?'}{urlencode(query)}"

    async def claims(self, code: str, asked: Asked) -> Mapping[str, Any]:
        """What the provider says of who has brought the code. Raises Problem."""
        async with _http() as http:
            told = await self._metadata(http)
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": asked.redirect,
                    "code_verifier": asked.verifier}  # fmt: skip
            answer = await _asked(http.post(str(told["token_endpoint"]), **self._authenticated(told, form)))
            if answer.status_code != 200:
                raise _unfit(f"the provider took the code for none of its own ({answer.status_code})")
            keys = await _json(http, str(told["jwks_uri"]))
        return believed(_object(answer), keys, self.client, asked)

    def _authenticated(self, told: Mapping[str, Any], form: dict[str, str]) -> dict[str, Any]:
        """By HTTP Basic (RFC 6749, 2.3.1), or as the provider wants it."""
        if "client_secret_basic" in told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            return {"data": form, "auth": (quote(self.client.id, safe=""), quote(self.client.secret, safe=""))}
        return {"data": form | {"client_id": self.client.id, "client_secret": self.client.secret}}

    async def _metadata(self, http: httpx.AsyncClient) -> Mapping[str, Any]:
        if time.monotonic() >= self._until:
            told = await _json(http, f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration")
            missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - told.keys()
            if told.get("issuer") != self.client.issuer or missing:
                raise _away("what is at TSUNAGU_OIDC_ISSUER is not the description of that issuer")
            self._told, self._until = told, time.monotonic() + FRESH
        return self._told


def believed(told: Mapping[str, Any], keys: Mapping[str, Any], client: Client, asked: Asked) -> Mapping[str, Any]:
    """The claims of the id token in a provider's answer (OpenID Connect Core, 3.1.3.7). Raises Problem.

    Its signature, and that it is from this issuer, for this client, not past its time, for this very attempt.
    """
    try:
        token = jwt.decode(str(told["id_token"]), KeySet.import_key_set(keys), list(ALGORITHMS))  # type: ignore[arg-type]
        must: dict[str, dict[str, Any]] = {"iss": {"essential": True, "value": client.issuer},
                                           "aud": {"essential": True, "value": client.id}}  # fmt: skip
        params = {"nonce": asked.nonce, "client_id": client.id, "access_token": told.get("access_token")}
        claims = CodeIDToken(token.claims, token.header, must, params)
        claims.validate(leeway=LEEWAY)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _unfit(f"the id token is not good: {type(error).__name__}") from error
    return dict(claims)


def roles_of(claims: Mapping[str, Any], claim: str) -> Sequence[str]:
    """What the claim has, as a text, a list, or something within other claims."""
    found: Any = claims
    for name in [claim] if claim in claims else claim.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return [found] if isinstance(found, str) else [str(one) for one in found] if isinstance(found, list) else []


def must_have(role: Role, claims: Mapping[str, Any], claim: str) -> None:
    """Raises Problem."""
    if role not in roles_of(claims, claim):
        raise Problem(403, "account_role", f"the account has not the role {role}: its claim {claim} does not name it",
                      roles=[str(role)])  # fmt: skip


def handle_of(claims: Mapping[str, Any], client: Client) -> str:
    """Fit for journals and audit logs: the claim, where it is a handle; else 16 hex digits that stand for it."""
    said = str(claims.get(client.handle_claim) or claims["sub"])
    if HANDLE.fullmatch(said):
        return said
    return "account-" + hashlib.sha256(f"{client.issuer}|{said}".encode()).hexdigest()[:16]


def _http() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=PATIENCE, headers={"Accept": "application/json"})


async def _json(http: httpx.AsyncClient, url: str) -> dict[str, Any]:
    answer = await _asked(http.get(url))
    if answer.status_code != 200:
        raise _away(f"the provider answers {answer.status_code}")
    return _object(answer)


async def _asked(sending: Any) -> httpx.Response:
    try:
        answer: httpx.Response = await sending
    except httpx.HTTPError as error:
        raise _away(type(error).__name__) from error
    return answer


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError as error:
        raise _away("the provider's answer is no JSON") from error
    if not isinstance(found, dict):
        raise _away("the provider's answer is no JSON object")
    return found


def _away(why: str) -> Problem:
    return Problem(503, "account_away", "the provider of accounts does not answer as it should", why)


def _unfit(why: str) -> Problem:
    return Problem(400, "account_token", "what the provider says cannot be believed", why)
