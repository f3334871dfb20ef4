"""A referral before it is published: what the partner knows, the resident's data still in the open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Resident:
    """What travels sealed. Invented; the publisher encrypts it."""

    name: str
    phone: str
    note: str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """Codes as in the public contract."""

    given_by: str
    given_at: datetime
    scope: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One referral: `org` publishes it `at` a moment; `when`, if set, is from when to when help is wanted."""

    at: datetime
    org: str
    reference: str
    category: str
    languages: tuple[str, ...]
    municipality: str
    mode: str
    urgency: str
    when: tuple[datetime, datetime] | None
    consent: ConsentGiven
    resident: Resident

    def event(self, sealed: str) -> dict[str, object]:
        """The data of the event, ready for JSON: written out, as a partner without our code would."""
        return {
            "reference": self.reference,
            "category": self.category,
            "languages": list(self.languages),
            "municipality": self.municipality,
            "mode": self.mode,
            "urgency": self.urgency,
            **self._window(),
            "consent": self._consent(),
            "resident": sealed,
        }

    def _window(self) -> Mapping[str, object]:
        if self.when is None:
            return {}
        start, end = self.when
        return {"when": {"from": start.isoformat(), "to": end.isoformat()}}

    def _consent(self) -> Mapping[str, str]:
        return {
            "given_by": self.consent.given_by,
            "given_at": self.consent.given_at.isoformat(),
            "scope": self.consent.scope,
            "evidence": self.consent.evidence,
        }
