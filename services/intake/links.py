"""Signed links of residents: each opens the page of one case."""

from shared.access import Actor, Role
from shared.web.links import Signer, Tampered


class CaseLinks:
    """`base`: where intake's pages are reached from outside."""

    def __init__(self, secret: str, base: str) -> None:
        self._signer = Signer(secret, "case")
        self._base = base.rstrip("/")

    def url(self, case: str, language: str) -> str:
        return f"{self._base}/r/{self._signer.sign(case)}?lang={language}"

    def read(self, token: str) -> str:
        """The case. Raises Tampered."""
        match self._signer.read(token):
            case [str(case)]:
                return case
        raise Tampered

    def actor(self, token: str) -> Actor | None:
        """The resident whose case it is; None for a token that is not ours."""
        try:
            return Actor(Role.RESIDENT, self.read(token))
        except Tampered:
            return None
