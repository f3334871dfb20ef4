"""One-time links to sign in with. The signature says who; the database remembers which have been used."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from shared.access import Actor, Role, staff
from shared.errors import TsunaguError
from shared.store import insert_absent
from shared.web.problems import Problem
from shared.web.sessions import hashed

MINUTES = 15
SALT = "sign-in"


class Invitation(NamedTuple):
    """`nonce`: makes every link one of its own, and is what is remembered of a used one."""

    service: str
    actor: Actor
    nonce: str


def invite(secret: str, service: str, actor: Actor) -> str:
    """A token that signs this actor in at this service, once, within 15 minutes. Raises TsunaguError."""
    role, id = staff(actor.role, actor.id)
    return str(URLSafeTimedSerializer(secret, SALT).dumps([service, role, id, secrets.token_urlsafe(16)]))


def link(base: str, token: str) -> str:
    """`base`: where people reach the service."""
    return f"{base.rstrip('/')}/sign-in?token={token}"


@dataclass(frozen=True)
class Invitations:
    """`used`: a collection, {_id: hash of a nonce, ends}, emptied of what has expired anyway."""

    service: str
    secret: str
    used: Any

    async def read(self, token: str) -> Invitation:
        """Raises Problem for one that is expired, used, changed, or for another service. Uses nothing up."""
        found = self._signed(token)
        if found.service != self.service:
            raise Problem(400, "sign_in_elsewhere", f"this link is for {found.service}, and this is {self.service}")
        if await self.used.find_one({"_id": hashed(found.nonce)}):
            raise _is_used()
        return found

    async def use(self, token: str) -> Actor:
        """As `read`, and nobody can use it again: of two at the same moment, one is told that it is used."""
        found = await self.read(token)
        await self.used.create_index("ends", expireAfterSeconds=0)
        ends = datetime.now(UTC) + timedelta(minutes=2 * MINUTES)
        if await insert_absent(self.used, [{"_id": hashed(found.nonce), "ends": ends}]):
            raise _is_used()
        return found.actor

    def _signed(self, token: str) -> Invitation:
        try:
            service, role, id, nonce = URLSafeTimedSerializer(self.secret, SALT).loads(token, max_age=60 * MINUTES)
            return Invitation(str(service), staff(Role(role), id), str(nonce))
        except SignatureExpired as error:
            raise Problem(400, "sign_in_expired", f"this link was good for {MINUTES} minutes") from error
        except (BadSignature, ValueError, TypeError, TsunaguError) as error:
            raise Problem(400, "sign_in_tampered", "this link does not work") from error


def _is_used() -> Problem:
    return Problem(400, "sign_in_used", "this link has been used")
