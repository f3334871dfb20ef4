"""Signed links: a token in the address says what it opens, and nobody but us can have made it."""

from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer


class Tampered(Exception):
    """Not signed by us, not of this kind, or changed since."""


class Signer:
    """Tokens of one `kind`: one that was made for another kind is as bad as a forged one.

    They do not expire by themselves: whether one still counts is for the state of what it opens to say.
    """

    def __init__(self, secret: str, kind: str) -> None:
        self._signer = URLSafeSerializer(secret, salt=kind)

    def sign(self, *parts: str | int) -> str:
        return str(self._signer.dumps(list(parts)))

    def read(self, token: str) -> list[Any]:
        """Raises Tampered."""
        try:
            parts = self._signer.loads(token)
        except BadSignature as error:
            raise Tampered from error
        if not isinstance(parts, list):
            raise Tampered
        return parts
