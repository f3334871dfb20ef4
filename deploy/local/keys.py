"""The secrets of an embedded network: made at the first start, kept in the state folder.

| file                   | what                                                                |
|------------------------|---------------------------------------------------------------------|
| `network-private.json` | JWK set, one EC P-256 key: opens what partners seal for the network  |
| `network-public.json`  | its public half, which partners seal with                            |
| `wrapping.json`        | JWK set, one 256-bit key: wraps the data keys of people              |
| `link-secret`          | 32 random bytes, base64url: signs the links in mails                 |
| `sign-in-secret`       | 32 random bytes, base64url: signs one-time links to sign in with     |
| `letter-key-<service>` | 32 random bytes, base64url: what the service seals for itself with   |
"""

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import ECKey, KeySet

from deploy.local.addresses import SERVICES
from deploy.local.files import write_whole
from shared.privacy.wrapping import new_wrapping_key

_PRIVATE = 0o600


@dataclass(frozen=True)
class Keys:
    """Paths of the key files in `folder`; all of them exist once `make_keys` has returned."""

    folder: Path

    @property
    def network_private(self) -> Path:
        return self.folder / "network-private.json"

    @property
    def network_public(self) -> Path:
        return self.folder / "network-public.json"

    @property
    def wrapping(self) -> Path:
        return self.folder / "wrapping.json"

    @property
    def link_secret(self) -> Path:
        return self.folder / "link-secret"

    @property
    def sign_in_secret(self) -> Path:
        return self.folder / "sign-in-secret"

    def letter_key(self, service: str) -> Path:
        return self.folder / f"letter-key-{service}"


def make_keys(folder: Path) -> Keys:
    """Make whichever key files are missing in `folder`. What is there is never changed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = Keys(folder)
    if not keys.network_private.exists():
        write_whole(keys.network_private, jwk_set(KeySet([new_network_key()]), private=True), _PRIVATE)
    if not keys.wrapping.exists():
        write_whole(keys.wrapping, jwk_set(KeySet([new_wrapping_key()]), private=True), _PRIVATE)
    if not keys.network_public.exists():
        stored = KeySet.import_key_set(json.loads(keys.network_private.read_text()))
        write_whole(keys.network_public, jwk_set(stored, private=False))
    for secret in (keys.link_secret, keys.sign_in_secret, *map(keys.letter_key, SERVICES)):
        if not secret.exists():
            write_whole(secret, _new_secret(), _PRIVATE)
    return keys


def new_network_key() -> ECKey:
    # auto_kid: the key's name is its RFC 7638 thumbprint.
    return ECKey.generate_key("P-256", {"use": "enc", "alg": "ECDH-ES"}, auto_kid=True)


def jwk_set(keys: KeySet, *, private: bool) -> str:
    return json.dumps(keys.as_dict(private=private), indent=2) + "\n"


def _new_secret() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
