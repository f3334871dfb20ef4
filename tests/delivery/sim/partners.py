"""Organisations that refer: with clients that repeat records, change their minds, and write what nobody can read."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from shared.events.referrals import ReferralAmended, ReferralPublished, ReferralWithdrawn, topic
from shared.kernel.record import Place, encode, envelope
from tests.delivery.sim.broker import Broker
from tests.delivery.sim.replica import Clock
from tests.unit.samples import SEALED

ORGS = ("city", "clinic")
CATEGORIES = ("hospital", "office", "life", "childcare", "residence_application")
LANGUAGES = ("vi", "en", "zh-Hans")
PLACES = ("08201", "08220", "08203")
POISON: tuple[dict[str, Any], ...] = (
    {"headers": [("ce_type", None), ("x", b"\xff")]},
    {"value": b"\xff\xfe not JSON"},
    {"type": "tsunagu.referral.unheard-of.v1"},
    {"changed": {"category": "no such category"}},
    {"changed": {"consent": None}},
    {"key": None, "value": b"{}"},
)


@dataclass
class Partner:
    """`open`: references that were published and not withdrawn. `told`: records, to be written again some time."""

    org: str
    broker: Broker
    clock: Clock
    chance: Random
    number: int = 0
    open: list[str] = field(default_factory=list)
    told: list[tuple[str | None, bytes, list[Any]]] = field(default_factory=list)

    def act(self) -> None:
        drawn = self.chance.random()
        if drawn < 0.1 and self.told:
            self._write(*self.chance.choice(self.told))
        elif drawn < 0.2 and self.open:
            self.tell(ReferralAmended, self._amended(self.chance.choice(self.open)))
        elif drawn < 0.28 and self.open:
            reference = self.open.pop(self.chance.randrange(len(self.open)))
            self.tell(ReferralWithdrawn, {"reference": reference, "reason": "not_needed"})
        elif drawn < 0.33:
            self._poison(self.chance.choice(POISON))
        else:
            self.open.append(reference := f"R-{self.number + 1}")
            self.tell(ReferralPublished, self.referral(reference))

    def _amended(self, reference: str) -> dict[str, Any]:
        """Every other time such that whoever has taken it may keep it."""
        asks = self.referral(reference)
        was = json.loads(next(value for key, value, _ in reversed(self.told) if key == reference))
        same = {name: was[name] for name in ("category", "languages")}
        return asks | same if self.number % 2 else asks

    def referral(self, reference: str) -> dict[str, Any]:
        now = self.clock.now()
        given = {"given_by": "resident", "given_at": _text(now - timedelta(hours=3)), "scope": "referral",
                 "evidence": "oral"}  # fmt: skip
        asks: dict[str, Any] = {
            "reference": reference, "category": self.chance.choice(CATEGORIES), "consent": given, "resident": SEALED,
            "languages": [self.chance.choice(LANGUAGES)], "municipality": self.chance.choice(PLACES),
            "mode": self.chance.choice(("in_person", "phone")),
            "urgency": self.chance.choice(("routine", "soon", "urgent")),
        }  # fmt: skip
        if self.chance.random() < 0.3:
            start = now + timedelta(hours=self.chance.randint(1, 72))
            asks["when"] = {"from": _text(start), "to": _text(start + timedelta(hours=2))}
        return asks

    def tell(self, model: Any, data: dict[str, Any], **other: Any) -> None:
        self.number += 1
        head = envelope(
            id=f"{self.org}-{self.number}", source=f"/{self.org}", type=other.get("type", model.type),
            time=_text(self.clock.now()),
        )  # fmt: skip
        key = other.get("key", data["reference"])
        record = (key, other.get("value", encode(data)), [*head, *other.get("headers", ())])
        self.told.append(record)
        for _ in range(1 + (self.chance.random() < 0.1)):  # its client was not sure
            self._write(*record)

    def _poison(self, other: dict[str, Any]) -> None:
        data = self.referral(f"P-{self.number + 1}") | other.get("changed", {})
        self.tell(ReferralPublished, data, **other)

    def _write(self, key: str | None, value: bytes, headers: list[Any]) -> None:
        record = self.broker.append(Place(topic(self.org), 0), key and key.encode(), value, headers)
        self.broker.history.note(self.org, "writes", record, key or "(no key)")


def _text(moment: Any) -> str:
    return str(moment.isoformat(timespec="seconds"))
