"""What intake's API and pages read: the state of a referral and the steps it has gone."""

from dataclasses import dataclass
from typing import Any

from services.intake.domain.case import Case
from services.intake.domain.commands import case_key
from shared.store import MongoStore


@dataclass(frozen=True)
class Step:
    """One update as the partner was told it."""

    type: str
    at: str
    data: dict[str, Any]


@dataclass(frozen=True)
class ReferralView:
    case: str
    reference: str
    state: str
    steps: list[Step]

    def as_json(self) -> dict[str, Any]:
        steps = [{"type": step.type, **step.data} for step in self.steps]
        return {"reference": self.reference, "case": self.case, "state": self.state, "updates": steps}


async def referral(store: MongoStore, org: str, reference: str) -> ReferralView | None:
    key = case_key(org, reference)
    document = (await store.load([key])).get(key)
    if document is None:
        return None
    case = Case.model_validate(document.state)
    entries = await store.journal(key)
    steps = [
        Step(event["type"], event["data"]["at"], event["data"])
        for entry in entries
        for event in entry.events
        if event["topic"] == f"partner.{org}.updates"
    ]
    return ReferralView(key, reference, case.state or "rejected", steps)
