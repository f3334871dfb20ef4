"""What lies sealed in a dead letter: the record's beginning, under the network's key or under that of one person."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import KeySet

from shared.errors import TsunaguError
from shared.kernel.record import Headers, Record
from shared.letters.head import Head
from shared.privacy.vault import Vault
from shared.seal import open_json

CUT_NAME, CUT_HEADER, CUT_HEADERS = 40, 200, 20
"""Where shared.kernel.dead_letters cuts the headers."""


class Sealed(TsunaguError):
    """It cannot be opened, here or any more."""


@dataclass(frozen=True)
class Content:
    """As it was sealed; `value` and `headers` may be cut short."""

    key: bytes
    headers: Headers
    value: bytes

    def whole(self, head: Head) -> Record | None:
        """The record as it lay on its topic, if nothing of it is missing here."""
        cut = len(self.headers) >= CUT_HEADERS or any(
            len(name) >= CUT_NAME or len(content or b"") >= CUT_HEADER for name, content in self.headers
        )
        if cut or hashlib.sha256(self.value).hexdigest() != head.hash:
            return None
        return Record(head.place, head.offset, self.key or None, self.value, self.headers)


@dataclass(frozen=True)
class LetterOpener:
    """`network`: the private keys; `vault`: people's. What is not given is not here."""

    network: KeySet | None = None
    vault: Vault | None = None

    async def open(self, head: Head, body: bytes) -> Content:
        """`body`: of the dead letter. Raises Sealed, and what the vault raises for who was erased."""
        sealed = str(json.loads(body)["sealed"])
        person = _person(sealed)
        clear = await self._by_person(person, sealed) if person else self._by_network(head, sealed)
        headers = [(name, _bytes(content)) for name, content in clear["headers"]]
        return Content(_bytes(clear["key"]), headers, _bytes(clear["value"]))

    async def _by_person(self, person: str, sealed: str) -> dict[str, Any]:
        if self.vault is None:
            raise Sealed(
                f"it is sealed under the key of {person}: set TSUNAGU_WRAPPING_KEYS to the file that unwraps it"
            )
        opened: dict[str, Any] = (await self.vault.key_of(person)).open(sealed)
        return opened

    def _by_network(self, head: Head, sealed: str) -> dict[str, Any]:
        if self.network is None:
            raise Sealed("it is sealed to the network's key: set TSUNAGU_NETWORK_KEY to the file of its private half")
        try:
            opened: dict[str, Any] = open_json(sealed, self.network)
        except TsunaguError as error:
            raise Sealed(f"{head.id} was sealed to a key that is not here (any more): {error}") from error
        return opened


def _person(sealed: str) -> str:
    """Whose key it is under; empty for the network's own."""
    head = sealed.partition(".")[0]
    said = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return str(said.get("kid", "")) if said.get("alg") == "dir" else ""


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
