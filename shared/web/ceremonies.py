"""The two ceremonies of WebAuthn: making a passkey, and signing in with one. What is asked, and what is believed.

A passkey is the only thing asked for, so the authenticator must have seen that it is its owner (user verification), and
it must know itself whose it is (a discoverable credential): nobody types a name.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from shared.access import Actor
from shared.web.here import is_here
from shared.web.problems import Problem

MUST = UserVerificationRequirement.REQUIRED
NAME = "Tsunagu つなぐ"


class Made(NamedTuple):
    """A new passkey. `synced`: its maker keeps it on several devices. `signatures`: how many it has made."""

    credential: bytes
    key: bytes
    signatures: int
    synced: bool


@dataclass(frozen=True)
class Site:
    """Where passkeys are good: `host` is the relying party's id, `origin` the only address from which they are used."""

    host: str
    origin: str

    def options(self, service: str, actor: Actor, known: Iterable[bytes]) -> str:
        """JSON, to make one with. `known`: this person's others; a device has one."""
        return webauthn.options_to_json(
            webauthn.generate_registration_options(
                rp_id=self.host, rp_name=NAME, user_id=_owner(service, actor),
                user_name=f"{actor.id} ({actor.role}, {service})",
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED, user_verification=MUST
                ),
                exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            )
        )  # fmt: skip

    def questions(self) -> str:
        """JSON, to sign in with."""
        return webauthn.options_to_json(
            webauthn.generate_authentication_options(rp_id=self.host, user_verification=MUST)
        )

    def made(self, credential: Mapping[str, Any], challenge: bytes) -> Made:
        """Raises Problem."""
        try:
            found = webauthn.verify_registration_response(
                credential=dict(credential), expected_challenge=challenge, expected_rp_id=self.host,
                expected_origin=self.origin, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise refused() from error
        synced = found.credential_device_type == "multi_device"
        return Made(found.credential_id, found.credential_public_key, found.sign_count, synced)

    def signed(self, credential: Mapping[str, Any], challenge: bytes, key: bytes, count: int) -> int:
        """How many signatures it has made now: never as many as before, or it has been copied. Raises Problem."""
        try:
            found = webauthn.verify_authentication_response(
                credential=dict(credential), expected_challenge=challenge, expected_rp_id=self.host,
                expected_origin=self.origin, credential_public_key=key, credential_current_sign_count=count,
                require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise refused() from error
        return found.new_sign_count


def site_of(own: str) -> Site | None:
    """`own`: where people reach the service. On this very machine it is `localhost`; another bare address has none."""
    parts = urlsplit(own)
    host = "localhost" if is_here(parts.hostname or "") else parts.hostname or ""
    if _is_address(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    return Site(host, f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}")


def challenge_of(credential: Mapping[str, Any]) -> bytes:
    """Which challenge it says that it answers. Raises Problem."""
    try:
        told = webauthn.base64url_to_bytes(credential["response"]["clientDataJSON"])
        return parse_client_data_json(told).challenge
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise refused() from error


def credential_of(credential: Mapping[str, Any]) -> bytes:
    """Raises Problem."""
    try:
        return webauthn.base64url_to_bytes(credential["rawId"])
    except (ValueError, KeyError, TypeError) as error:
        raise refused() from error


def refused() -> Problem:
    """One answer, whatever was wrong: a passkey that is not known, a signature that does not fit, a copy."""
    return Problem(400, "passkey_refused", "this passkey does not sign in here", "use another, or a sign-in link")


def name_of(credential: bytes) -> str:
    """Under which it is kept, and named in addresses."""
    return hashlib.sha256(credential).hexdigest()


def text_of(challenge: bytes) -> str:
    return bytes_to_base64url(challenge)


def _owner(service: str, actor: Actor) -> bytes:
    """What an authenticator knows its owner by: one passkey for each. It says nothing of who it is."""
    return hashlib.sha256(f"{service}|{actor}".encode()).digest()


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
