"""Signed links of offers: who, which case, which offer of it. Whether it still counts, the offer's state says."""

from typing import NamedTuple

from shared.access import Actor, Role
from shared.web.links import Signer, Tampered


class Link(NamedTuple):
    supporter: str
    case: str
    number: int

    @property
    def actor(self) -> Actor:
        """Who has it."""
        return Actor(Role.SUPPORTER, self.supporter)


class Links:
    """`base`: where notify's pages are reached from outside."""

    def __init__(self, secret: str, base: str) -> None:
        self._signer = Signer(secret, "offer")
        self._base = base.rstrip("/")

    def url(self, link: Link, language: str) -> str:
        """The page opens in the language of the mail that the link is in."""
        return f"{self._base}/offers/{self._signer.sign(*link)}?lang={language}"

    def read(self, token: str) -> Link:
        """Raises Tampered."""
        try:
            return Link(*self._signer.read(token))
        except TypeError as error:
            raise Tampered from error

    def actor(self, token: str) -> Actor | None:
        """Who has this link; None for a token that is not ours."""
        try:
            return self.read(token).actor
        except Tampered:
            return None
