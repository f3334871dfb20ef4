"""Signed links: who, which case, which offer of it. Whether it still counts is for the offer's state to say."""

from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeSerializer


class Link(NamedTuple):
    supporter: str
    case: str
    number: int


class Tampered(Exception):
    """Not signed by us, or changed since."""


class Links:
    """`base`: where notify's pages are reached from outside."""

    def __init__(self, secret: str, base: str) -> None:
        self._signer = URLSafeSerializer(secret, salt="offer")
        self._base = base.rstrip("/")

    def url(self, link: Link, language: str) -> str:
        """The page opens in the language of the mail that the link is in."""
        return f"{self._base}/offers/{self._signer.dumps(list(link))}?lang={language}"

    def read(self, token: str) -> Link:
        try:
            return Link(*self._signer.loads(token))
        except (BadSignature, TypeError) as error:
            raise Tampered from error
