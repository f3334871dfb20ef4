"""Sealing: JWE in compact form (RFC 7516), ECDH-ES with A256GCM, to the network's public key (a JWK set).

Partners seal a resident's data with any JOSE library; only who holds the network's private key can open it.
"""

import json
from pathlib import Path
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey

from shared import once
from shared.errors import TsunaguError


class CannotOpen(TsunaguError):
    """Not sealed for this key, or damaged."""


def read_keys(path: Path) -> KeySet:
    """Raises TsunaguError naming the file when it is no JWK set."""
    try:
        return KeySet.import_key_set(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, JoseError) as error:
        raise TsunaguError(f"{path} is not a readable JWK set; make one with `tsunagu keys make`") from error


def seal(clear: bytes, keys: KeySet) -> str:
    """To the newest (first) key of the set."""
    key = keys.keys[0]
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": key.kid}
    return jwe.encrypt_compact(header, clear, key)


def open_sealed(sealed: str, keys: KeySet) -> bytes:
    """Raises CannotOpen."""
    try:
        return jwe.decrypt_compact(sealed, keys).plaintext or b""
    except (JoseError, ValueError, KeyError) as error:
        raise CannotOpen("this was not sealed for the network's key, or it is damaged") from error


def seal_json(value: Any, keys: KeySet) -> str:
    return seal(json.dumps(value, ensure_ascii=False).encode(), keys)


def open_json(sealed: str, keys: KeySet) -> Any:
    """What a stranger has sealed. Raises CannotOpen, ValueError."""
    return once.loads(open_sealed(sealed, keys))


class _Letters(jwe.JWERegistry):
    """The library stops at 64 kB; a record that lies aside may be a megabyte, twice in base64."""

    max_ciphertext_length = 4_000_000


class Seals:
    """shared.kernel.ports.Sealer: to the network's operators by its public key, to the service itself by its own."""

    def __init__(self, public: KeySet, own: bytes) -> None:
        """`own`: 32 random bytes that only this service has."""
        self._public, self._own = public, OctKey.import_key(own)

    def seal(self, clear: bytes) -> str:
        return seal(clear, self._public)

    def lock(self, clear: bytes) -> str:
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, clear, self._own)

    def unlock(self, locked: str) -> bytes:
        return jwe.decrypt_compact(locked, self._own, registry=_Letters()).plaintext or b""


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "enc", "alg": "ECDH-ES"}, private=True, auto_kid=True)
