"""What OpenAPI needs to know of the partners' routes beyond their signatures: bodies, answers, problems."""

from typing import Annotated, Any

from fastapi import Header, Query
from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.examples import in_the_clear
from shared.contracts.schemas import PLACE, component
from shared.events.base import Event, Key, Moment, Sealed
from shared.events.referrals import Reference, ReferralAmended, ReferralPublished
from shared.events.updates import State
from shared.privacy.person import Resident
from shared.web.problems import VISIBLE

Route = dict[str, Any]
_ONCE = (
    "A request that comes again under it counts once. ASCII without blanks: it is kept, so it must be nobody's name."
)
OnceKey = Annotated[str, Header(max_length=200, pattern=VISIBLE, description=_ONCE)]
DryRun = Annotated[bool, Query(description="only validate")]


class _Described(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class PublishBody(ReferralPublished):
    """A referral, as on Kafka; who it is for may also be sent in the clear."""

    resident: Sealed | Resident  # type: ignore[assignment]  # HTTP takes more than Kafka does
    """Who it is: sealed to a key of `/.well-known/jwks.json`, or in the clear; it is sealed before anything is stored."""


class AmendBody(PublishBody):
    """The whole referral, changed. The reference is the one of the address."""

    reference: Reference | None = None  # type: ignore[assignment]  # the address has it
    """May be left out: the address names it."""


class Taken(_Described):
    """The network has it."""

    reference: Reference
    case: Key
    """The network's name for it."""
    state: str
    """`accepted`; `requested` where the answer took longer than two seconds: look again."""
    look: str
    """Where to look how it goes."""
    ignored: list[str] = []
    """Fields that you sent and the contract does not have: mistyped, or of a newer version than this network's."""


class Valid(_Described):
    """Nothing is wrong with it, and nothing was published."""

    valid: bool
    case: Key
    ignored: list[str] = []
    """Fields that you sent and the contract does not have: mistyped, or of a newer version than this network's."""


class Step(_Described):
    """An update, as on the partner's topic."""

    model_config = ConfigDict(extra="allow")

    type: str
    state: State
    at: Moment


class ReferralState(_Described):
    """Where a referral stands."""

    reference: Reference
    case: Key
    state: State
    updates: list[Step]
    """Every step, oldest first."""


class Wrong(_Described):
    """One thing wrong with what was sent."""

    field: str
    """Its path: `consent.given_by`."""
    code: str
    message: str
    """What to change."""


class Problem(_Described):
    """A problem document (RFC 9457)."""

    type: str = Field(pattern="^urn:tsunagu:problem:")
    """`urn:tsunagu:problem:` and the code."""
    title: str
    status: int
    detail: str = ""
    errors: list[Wrong] = []
    """Every wrong field at once."""


class Token(_Described):
    """What RFC 6749, 5.1, says of a token."""

    access_token: str
    """Send it as `Authorization: Bearer`, in place of an API key."""
    token_type: str
    expires_in: int
    """Seconds."""


class TokenWrong(_Described):
    """What RFC 6749, 5.2, says of a request for one."""

    error: str
    """`invalid_request`, `invalid_client`, `unsupported_grant_type` or `invalid_scope`."""
    error_description: str = ""


BODIES: tuple[type[Event], ...] = (PublishBody, AmendBody)
PROBLEM = Problem
_WHY = {
    400: "not JSON",
    401: "no API key, or one that is not good (any more)",
    403: "the key is not a partner's",
    404: "nothing was published under this reference",
    409: "it contradicts what was said before",
    413: "too large",
    422: "it does not fit the contract; every wrong field is named",
    429: "too often; `Retry-After` says how many seconds to wait",
    503: "it cannot be taken just now: send it again, under the same `Idempotency-Key`",
}


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {"application/problem+json": {"schema": component(PROBLEM.__name__)}}
    return {status: {"description": _WHY[status], "content": content} for status in statuses}


def _body(model: type[Event], like: type[Event]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, ref_template=PLACE + "{model}")
    content = {"schema": schema, "example": in_the_clear(like)}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


_TRIED: dict[int | str, dict[str, Any]] = {200: {"model": Valid, "description": "dry run: it is valid"}}
PUBLISH: Route = {
    "summary": "Publish a referral",
    "openapi_extra": _body(PublishBody, ReferralPublished),
    "responses": {
        **_TRIED,
        202: {"model": Taken, "description": "taken"},
        **_problems(400, 401, 403, 409, 413, 422, 429, 503),
    },
}
AMEND: Route = {
    "summary": "Change an open referral",
    "openapi_extra": _body(AmendBody, ReferralAmended),
    "responses": {
        **_TRIED,
        202: {"model": Taken, "description": "taken"},
        **_problems(400, 401, 403, 404, 409, 413, 422, 429, 503),
    },
}
WITHDRAW: Route = {
    "summary": "Take a referral back",
    "responses": {
        **_TRIED,
        202: {"model": Taken, "description": "taken"},
        **_problems(401, 403, 404, 409, 422, 429, 503),
    },
}
STATE: Route = {
    "summary": "Where a referral stands",
    "responses": {
        200: {"model": ReferralState, "description": "it, and every step"},
        **_problems(401, 403, 404, 422, 429, 503),
    },
}
KEYS: Route = {"summary": "The keys to seal to", "responses": {200: {"description": "a JWK set (RFC 7517)"}}}
METADATA: Route = {
    "summary": "Where tokens are to be had",
    "responses": {200: {"description": "authorization server metadata (RFC 8414)"}},
}
_ASKS = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"const": "client_credentials"},
        "client_id": {"type": "string", "description": "Your name in the network, if not by HTTP Basic."},
        "client_secret": {"type": "string", "description": "One of your API keys, if not by HTTP Basic."},
    },
}
TOKEN: Route = {
    "summary": "A token for ten minutes",
    "openapi_extra": {
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": _ASKS}}}
    },
    "responses": {
        200: {"model": Token, "description": "a token"},
        400: {"model": TokenWrong, "description": "the request is not one that RFC 6749, 4.4, knows"},
        401: {"model": TokenWrong, "description": "the client is unknown, or its key is not good (any more)"},
        **_problems(413, 429),
    },
}
