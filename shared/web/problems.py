"""Errors of the HTTP API as problem documents (RFC 9457), every wrong field named at once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

VISIBLE = "^[!-~]*$"
"""ASCII without blanks."""


@dataclass(frozen=True)
class Flaw:
    """One thing wrong: `field` as a path (`consent.given_by`), a `code`, and a sentence that says what to change."""

    field: str
    code: str
    message: str


class Problem(Exception):
    """Raised anywhere below a route, or in the guard before it; shared.web.answers tells it.

    `more`: further members of the document. For what people meet, templates/problem.html has words by `code`.
    """

    def __init__(
        self, status: int, code: str, title: str, detail: str = "", flaws: Sequence[Flaw] = (),
        headers: Mapping[str, str] | None = None, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(title)
        self.status, self.code, self.more = status, code, more
        self.headers = dict(headers or {})
        self.body: dict[str, Any] = {"type": f"urn:tsunagu:problem:{code}", "title": title, "status": status}
        if detail:
            self.body["detail"] = detail
        if flaws:
            self.body["errors"] = [asdict(flaw) for flaw in flaws]
        self.body |= more
