"""What intake's API and pages read: the state of a referral and the steps it has gone; lists of referrals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from services.intake import timeline
from services.intake.domain.case import Case
from services.intake.domain.commands import case_key
from shared.events.updates import State
from shared.kernel.document import Entry
from shared.store import MongoStore

PAGE = 50
LISTED_BY = ("state.org", "state.received_at")
"""The index of what is asked for here; docs/decisions/0013."""
KNOWN: dict[str, Any] = {"state.state": {"$in": list(get_args(State))}}
"""Of cases that were ever taken."""
OPEN = ("accepted", "in-progress", "on-hold")


@dataclass(frozen=True)
class ReferralView:
    """`updates`: {type, …data} as the partner was told them. `sealed`: the resident, under the case's own key."""

    key: str
    reference: str
    case: Case
    updates: list[dict[str, Any]]
    sealed: str | None

    @property
    def state(self) -> str:
        return self.case.state or "rejected"

    def as_json(self) -> dict[str, Any]:
        return {"reference": self.reference, "case": self.key, "state": self.state, "updates": self.updates}


@dataclass(frozen=True)
class Row:
    case: str
    org: str
    reference: str
    category: str
    municipality: str
    state: str
    since: datetime | None
    received_at: datetime | None


@dataclass(frozen=True)
class Listed:
    """A page of `rows`, and whether there are `more`. `counts`: state → cases. `places`: municipality → cases."""

    rows: list[Row]
    more: bool
    counts: dict[str, int]
    places: dict[str, int]


async def referral(store: MongoStore, org: str, reference: str) -> ReferralView | None:
    """A partner's own. None where nothing was ever said about it: what an erasure by a slip leaves is no referral."""
    found = await case(store, case_key(org, reference), reference)
    return found if found and (found.case.state or found.updates) else None


async def case(store: MongoStore, key: str, reference: str = "") -> ReferralView | None:
    document = (await store.load([key])).get(key)
    if document is None or document.kind != "case":
        return None
    found = Case.model_validate(document.state)
    entries = await store.history(key)
    return ReferralView(key, found.reference or reference, found, timeline.told(entries), _sealed(entries))


def _sealed(entries: list[Entry]) -> str | None:
    """The newest."""
    every = [event["data"]["resident"] for entry in entries for event in entry.events if "resident" in event["data"]]
    return str(every[-1]) if every else None


async def referrals(store: MongoStore, org: str | None, state: str | None, page: int) -> Listed:
    """The newest first, 50 a page from 1 on; of one partner, in one state, where they are named."""
    own = KNOWN | ({"state.org": org} if org else {})
    wanted = own | ({"state.state": state} if state else {})
    found = await store.documents.find(
        wanted, {"state": 1}, sort=[("state.received_at", -1), ("_id", 1)], skip=(page - 1) * PAGE, limit=PAGE + 1
    ).to_list(None)
    rows = [_row(one["_id"], Case.model_validate(one["state"])) for one in found[:PAGE]]
    counts = await _counted(store, own, "state")
    in_order = {name: counts[name] for name in get_args(State) if name in counts}
    return Listed(rows, len(found) > PAGE, in_order, await _counted(store, wanted, "municipality"))


async def open_of(store: MongoStore, org: str) -> list[Row]:
    """A partner's cases that have not ended, the oldest first."""
    wanted = {"state.org": org, "state.state": {"$in": list(OPEN)}}
    found = await store.documents.find(wanted, {"state": 1}, sort=[("state.received_at", 1), ("_id", 1)]).to_list(None)
    return [_row(one["_id"], Case.model_validate(one["state"])) for one in found]


def _row(key: str, found: Case) -> Row:
    return Row(key, found.org, found.reference, found.category, found.municipality, found.state or "rejected",
               found.since, found.received_at)  # fmt: skip


async def _counted(store: MongoStore, where: dict[str, Any], field: str) -> dict[str, int]:
    pipeline = [{"$match": where}, {"$group": {"_id": f"$state.{field}", "n": {"$sum": 1}}}]
    return {row["_id"]: row["n"] for row in await store.documents.aggregate(pipeline).to_list(None)}
