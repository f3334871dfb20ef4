"""Ids: made once (Ids) or derived from what caused them, so that a repeat gets the same one."""

import base64
import hashlib
import secrets
from typing import Protocol


def derive(*parts: str) -> str:
    """20 characters (100 bits) that depend on all parts and on their borders."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return base64.b32encode(digest).decode()[:20].lower()


class Ids(Protocol):
    def new(self) -> str:
        """An id never given before."""


class RandomIds:
    def new(self) -> str:
        return secrets.token_hex(10)
