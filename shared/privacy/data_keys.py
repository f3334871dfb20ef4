"""One person's data key, and what is sealed with it: a JWE in compact form (`dir`, A256GCM) that names its person.

The name lies in the protected header, which the cipher authenticates: what is sealed for one person opens for no other.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from shared.errors import TsunaguError


class CannotOpen(TsunaguError):
    """Sealed with another key, or damaged."""


@dataclass(frozen=True)
class DataKey:
    """`person`: the key of the document that they are known by (`case-…` for its resident, `supporter-…`)."""

    person: str
    secret: bytes = field(repr=False)

    def seal(self, clear: Any) -> str:
        """A JSON value."""
        return self.seal_bytes(_encoded(clear))

    def seal_bytes(self, clear: bytes) -> str:
        header = {"alg": "dir", "enc": "A256GCM", "kid": self.person}
        return jwe.encrypt_compact(header, clear, OctKey.import_key(self.secret))

    def open(self, sealed: str) -> Any:
        """Raises CannotOpen."""
        try:
            opened = jwe.decrypt_compact(sealed, OctKey.import_key(self.secret))
        except (JoseError, ValueError, KeyError) as error:
            raise CannotOpen(f"this is not sealed with the key of {self.person}, or it is damaged") from error
        if opened.headers().get("kid") != self.person:
            raise CannotOpen(f"this is sealed for another than {self.person}")
        return json.loads(opened.plaintext or b"null")

    def hash(self, clear: Any) -> str:
        """16 hex digits that tell a repeat from a change, and nothing to who has not the key."""
        return hmac.new(self.secret, _encoded(clear), hashlib.sha256).hexdigest()[:16]


def new_data_key(person: str) -> DataKey:
    return DataKey(person, secrets.token_bytes(32))


def _encoded(clear: Any) -> bytes:
    return json.dumps(clear, sort_keys=True, ensure_ascii=False).encode()
