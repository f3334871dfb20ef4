"""The network's wrapping keys: each person's data key lies about only wrapped with one of them (RFC 3394)."""

import base64
import json
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from shared.errors import TsunaguError
from shared.privacy.data_keys import DataKey


class CannotUnwrap(TsunaguError):
    """The wrapping key is not among ours, or the row is damaged."""


class OtherKeys(TsunaguError):
    """These are not the keys that people's keys here were wrapped with."""


class Wrapped(NamedTuple):
    """`kid`: which wrapping key; `key`: 40 bytes, base64url."""

    kid: str
    key: str


@dataclass(frozen=True)
class WrappingKeys:
    """A JWK set of 256-bit keys: the first wraps, all unwrap. Rolling it puts a new one first.

    `made`: when the first was, by Unix time; 0 of those that do not say.
    """

    keys: dict[str, bytes]
    made: int = 0

    @classmethod
    def read(cls, path: Path) -> "WrappingKeys":
        """Raises TsunaguError naming the file when it is no set of such keys."""
        try:
            read: Any = json.loads(path.read_text())
            found = KeySet.import_key_set(read)
            made = int(read["keys"][0].get("iat", 0)) if found.keys else 0
            return cls({str(key.kid): key.raw_value for key in found.keys if isinstance(key, OctKey)}, made)
        except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
            raise TsunaguError(f"{path} is not a readable JWK set; make one with `tsunagu keys make`") from error

    @property
    def newest(self) -> str:
        return next(iter(self.keys))

    def must_be_of(self, kids: Collection[str]) -> None:
        """`kids`: of all that lies about wrapped. Raises OtherKeys where not one of them is ours."""
        if kids and self.keys.keys().isdisjoint(kids):
            raise OtherKeys(
                f"no person's key here opens with TSUNAGU_WRAPPING_KEYS: they lie under {', '.join(sorted(kids))}. Put the "
                "file back that holds it (docs/privacy.md, “Keys”)"
            )

    def wrap(self, key: DataKey) -> Wrapped:
        return Wrapped(self.newest, base64.urlsafe_b64encode(aes_key_wrap(self.keys[self.newest], key.secret)).decode())

    def unwrap(self, person: str, wrapped: Wrapped) -> DataKey:
        """Raises CannotUnwrap."""
        if wrapped.kid not in self.keys:
            raise CannotUnwrap(
                f"the key of {person} is wrapped with {wrapped.kid}, which is not among the wrapping keys"
            )
        try:
            secret = aes_key_unwrap(self.keys[wrapped.kid], base64.urlsafe_b64decode(wrapped.key))
        except (InvalidUnwrap, ValueError) as error:
            raise CannotUnwrap(f"the key of {person} is damaged") from error
        return DataKey(person, secret)


def new_wrapping_key() -> OctKey:
    """Says in `iat` when it was made."""
    parameters: Any = {"use": "enc", "alg": "A256KW", "iat": int(time.time())}
    return OctKey.generate_key(256, parameters, auto_kid=True)
