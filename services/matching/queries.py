"""What coordinators' pages read: cases with their offers, and why others were not asked."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.matching import policy, timeline
from services.matching.domain.commands import NOBODY
from services.matching.domain.offers import Case
from shared import region
from shared.events.roster import SupporterSnapshot
from shared.kernel.document import Document
from shared.store import MongoStore

Roster = Mapping[str, SupporterSnapshot]
AT_MOST = 200
STATES = ("asking", "assigned", "escalated", "closed")
LISTED_BY = ("state.status", "state.referral.received_at")
"""The index of what is asked for here; docs/decisions/0013."""


async def counts(store: MongoStore) -> dict[str, int]:
    """State → how many cases."""
    found = await asyncio.gather(*(store.documents.count_documents({"state.status": state}) for state in STATES))
    return {state: count for state, count in zip(STATES, found, strict=True) if count}


async def places(store: MongoStore) -> dict[str, int]:
    """Municipality → open cases."""
    pipeline = [
        {"$match": {"state.status": {"$in": ["escalated", "asking", "assigned"]}}},
        {"$group": {"_id": "$state.referral.municipality", "n": {"$sum": 1}}},
    ]
    return {row["_id"]: row["n"] for row in await store.documents.aggregate(pipeline).to_list(None)}


async def cases(store: MongoStore, state: str | None) -> list[dict[str, Any]]:
    """At most 200, the escalated first, then those that wait longest; of the closed ones the newest."""
    rows: list[dict[str, Any]] = []
    for one in [state] if state in STATES else ["escalated", "asking", "assigned", "closed"]:
        order = [("state.referral.received_at", -1 if one == "closed" else 1)]
        cursor = store.documents.find({"state.status": one}, {"state": 1}, sort=order, limit=AT_MOST - len(rows))
        rows += [_row(found["_id"], Case.model_validate(found["state"])) async for found in cursor]
        if len(rows) >= AT_MOST:
            break
    return rows


def _row(key: str, case: Case) -> dict[str, Any]:
    asks = case.asks()
    return {
        "case": key, "category": asks.category, "municipality": asks.municipality, "languages": asks.languages,
        "mode": asks.mode, "urgency": asks.urgency, "when": asks.when, "waiting_since": asks.received_at,
        "org_name": asks.org, "state": case.status, "reason": case.reason,
    }  # fmt: skip


async def known(store: MongoStore, key: str) -> Case | None:
    """None where there is no such case, or nothing has come of it yet but a word about it."""
    document: Document | None = (await store.load([key])).get(key)
    if document is None or document.kind != "case" or not document.state.get("referral"):
        return None
    return Case.model_validate(document.state)


async def case(store: MongoStore, roster: Roster, key: str, now: datetime) -> dict[str, Any] | None:
    """One case with `candidates`, `excluded` (reason → count), `assignable` supporters, the `steps` of its way, and its
    `holder`.
    """
    if (one := await known(store, key)) is None:
        return None
    return {
        "case": _row(key, one),
        "candidates": _asked(one, roster) + _askable(one, roster, now),
        "excluded": policy.exclusions(one.asks(), roster, one.offers, now),
        "assignable": [who for who in roster.values() if _may(who, one)],
        "steps": timeline.steps(await store.history(key)),
        "holder": one.holder() or NOBODY,
    }


def _may(who: SupporterSnapshot, one: Case) -> bool:
    return who.active and policy.why_not(who, one.asks().category, one.asks().languages) is None


def _asked(one: Case, roster: Roster) -> list[dict[str, Any]]:
    place = one.asks().municipality
    return [
        {
            "supporter": supporter, "score": offer.score, "offer": offer.state,
            "distance_km": region.distance_km(roster[supporter].municipality, place),
        }
        for supporter, offer in one.offers.items()
        if offer.score and supporter in roster
    ]  # fmt: skip


def _askable(one: Case, roster: Roster, now: datetime) -> list[dict[str, Any]]:
    found = policy.candidates(one.asks(), roster, one.offers, now)[:10]
    return [{"supporter": c.supporter, "score": c.score, "offer": None, "distance_km": c.distance_km} for c in found]
