"""Who may do what: the one table of roles, for every route and every command of the network.

What has no row is denied. The guard (shared.web.guard) looks routes up here, `Commands` looks commands up, and a test
tries each of both as every role.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from shared.errors import TsunaguError


class Role(StrEnum):
    """Who somebody is to the network. `network`: its own parts (sweeper, mail outlet, inlets); no request ever is."""

    NOBODY = "nobody"
    PARTNER = "partner"
    RESIDENT = "resident"
    SUPPORTER = "supporter"
    COORDINATOR = "coordinator"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    NETWORK = "network"


class Actor(NamedTuple):
    """`id`: a partner's organisation, a resident's case, a supporter's key, the handle of one of the staff; of the
    network, which part. Empty for nobody. Never a name or an address: it goes into envelopes and audit logs.
    """

    role: Role
    id: str = ""

    def __str__(self) -> str:
        return f"{self.role}:{self.id}"


NOBODY = Actor(Role.NOBODY)
SWEEPER, MAIL_OUTLET, INLET = (Actor(Role.NETWORK, part) for part in ("sweeper", "mail", "inlet"))

BY_LINK = (Role.PARTNER, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR)
"""Who signs in, by a one-time link, and has a session. Supporters and residents have a signed link to each matter."""
STAFF = (Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR)
"""Who may also sign in with a passkey, or with an account of their organisation (shared.web.passkeys, .accounts)."""
HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
"""What a session's `id` is made of: a partner's organisation, a handle of one of the staff."""

Roles = frozenset[Role]
Table = Mapping[str, Roles]


class Forbidden(TsunaguError):
    """An actor sent a command that its role may not."""


def only(*roles: Role) -> Roles:
    return frozenset(roles)


EVERYBODY = frozenset(Role) - {Role.NETWORK}
PARTNER, RESIDENT, SUPPORTER = only(Role.PARTNER), only(Role.RESIDENT), only(Role.SUPPORTER)
COORDINATOR, AUDITOR, NETWORK = only(Role.COORDINATOR), only(Role.AUDITOR), only(Role.NETWORK)
OPERATOR = only(Role.OPERATOR)

UNASKED: Table = {
    "GET /health/live": EVERYBODY,
    "GET /health/ready": EVERYBODY,
    "GET /metrics": EVERYBODY,
    "GET /static": EVERYBODY,
}
"""Open, and so harmless and frequent that nobody is even asked who they are: neither identified nor counted."""

COMMON: Table = {
    **UNASKED,
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "GET /sign-in/account": EVERYBODY,
    "GET /sign-in/callback": EVERYBODY,
    "POST /sign-in/passkey": EVERYBODY,
    "POST /sign-in/passkey/options": EVERYBODY,
    "GET /passkeys": only(*STAFF),
    "POST /passkeys": only(*STAFF),
    "POST /passkeys/options": only(*STAFF),
    "POST /passkeys/{passkey}/remove": only(*STAFF),
    "POST /sign-out": EVERYBODY,
    "GET /audit": AUDITOR,
    "GET /dead-letters": OPERATOR,
    "GET /dead-letters/{letter}": OPERATOR,
    "POST /dead-letters/{letter}/replay": OPERATOR,
    "POST /dead-letters/{letter}/discard": OPERATOR,
    "POST /dead-letters/{letter}/release": OPERATOR,
    "POST /dead-letters/allow": OPERATOR,
}

ROUTES: Mapping[str, Table] = {
    "intake": {
        **COMMON,
        "GET /": EVERYBODY,
        "GET /api": EVERYBODY,
        "GET /openapi.json": EVERYBODY,
        "GET /events": EVERYBODY,
        "GET /asyncapi.json": EVERYBODY,
        "GET /.well-known/jwks.json": EVERYBODY,
        "GET /.well-known/oauth-authorization-server": EVERYBODY,
        "POST /oauth/token": EVERYBODY,
        "POST /referrals": PARTNER,
        "GET /referrals/{reference}": PARTNER,
        "PUT /referrals/{reference}": PARTNER,
        "DELETE /referrals/{reference}": PARTNER,
        "GET /partner": PARTNER,
        "GET /partner/referrals/{reference}": PARTNER,
        "GET /r/{token}": RESIDENT,
        "GET /desk": COORDINATOR,
        "GET /desk/{case}": COORDINATOR,
        "POST /desk/{case}/open": COORDINATOR,
    },
    "matching": {
        **COMMON,
        "GET /": EVERYBODY,
        "GET /cases": COORDINATOR,
        "GET /cases/{case}": COORDINATOR,
        "POST /cases/{case}/assign": COORDINATOR,
        "POST /cases/{case}/ask-again": COORDINATOR,
        "POST /cases/{case}/close": COORDINATOR,
        "GET /supporters": COORDINATOR,
        "POST /supporters/pause": COORDINATOR,
        "GET /supporters/import": COORDINATOR,
        "POST /supporters/import": COORDINATOR,
    },
    "notify": {
        **COMMON,
        "GET /offers/{token}": SUPPORTER,
        "POST /offers/{token}/accept": SUPPORTER,
        "POST /offers/{token}/decline": SUPPORTER,
        "POST /offers/{token}/pause": SUPPORTER,
        "POST /offers/{token}/report": SUPPORTER,
        "POST /offers/{token}/drop-out": SUPPORTER,
    },
    "stats": {
        **COMMON,
        "GET /": EVERYBODY,
        "GET /dashboard": EVERYBODY,
        "GET /figures": EVERYBODY,
        "GET /status": OPERATOR,
        "GET /status/events": OPERATOR,
    },
}
"""Service → "METHOD /path/{template}" → who may."""

COMMANDS: Table = {
    "tsunagu.kernel.tick.v1": NETWORK,
    "tsunagu.kernel.repair.v1": NETWORK,
    "tsunagu.kernel.release.v1": OPERATOR,
    "tsunagu.intake.publish.v1": PARTNER,
    "tsunagu.intake.amend.v1": PARTNER,
    "tsunagu.intake.withdraw.v1": PARTNER,
    "tsunagu.intake.reject.v1": NETWORK,
    "tsunagu.intake.erase.v1": OPERATOR,
    "tsunagu.matching.enrol.v1": COORDINATOR,
    "tsunagu.matching.pause.v1": COORDINATOR,
    "tsunagu.matching.erase.v1": OPERATOR,
    "tsunagu.matching.assign.v1": COORDINATOR,
    "tsunagu.matching.ask-again.v1": COORDINATOR,
    "tsunagu.matching.close.v1": COORDINATOR,
    "tsunagu.notify.accept.v1": SUPPORTER,
    "tsunagu.notify.decline.v1": SUPPORTER,
    "tsunagu.notify.drop-out.v1": SUPPORTER,
    "tsunagu.notify.report.v1": SUPPORTER,
    "tsunagu.notify.sent.v1": NETWORK,
    "tsunagu.notify.not-sent.v1": NETWORK,
}
"""Type of a command → who may send it."""

_EVERYWHERE = {Role.AUDITOR: "/audit", Role.OPERATOR: "/dead-letters"}
HOMES: Mapping[str, Mapping[Role, str]] = {
    "matching": {Role.COORDINATOR: "/cases", **_EVERYWHERE},
    "intake": {Role.PARTNER: "/partner", Role.COORDINATOR: "/desk", **_EVERYWHERE},
    "notify": _EVERYWHERE,
    "stats": {Role.AUDITOR: "/audit", Role.OPERATOR: "/status"},
}
"""Service → where a role's pages begin there. A role signs in at the first, unless somebody says otherwise."""


def check_command(actor: Actor, type: str, table: Table = COMMANDS) -> None:
    """Raises Forbidden."""
    if actor.role not in table.get(type, ()):
        raise Forbidden(f"{actor.role} may not send {type}: the table of roles is shared/access.py")


def staff(role: Role, id: str) -> Actor:
    """An actor who can sign in. Raises TsunaguError for a role or a handle that cannot be."""
    if role not in BY_LINK:
        raise TsunaguError(f"{role} does not sign in: only {', '.join(BY_LINK)} do")
    if not HANDLE.fullmatch(id):
        raise TsunaguError(f"{id!r} is no handle: 1 to 32 of a-z, 0-9 and -, not beginning with -; and no real name")
    return Actor(role, id)
