"""What waits in a service's database: documents that are due, records that lie aside, holes."""

from dataclasses import dataclass
from datetime import datetime

from shared.metrics import ASIDE, DUE, HOLES, OVERDUE
from shared.store import LONG_AGO, MongoStore

AT_MOST = 10_000
"""No more are counted: that many is trouble enough."""


@dataclass(frozen=True)
class Backlog:
    """`due`: documents whose time has come, `overdue`: seconds since the first of them was. `aside`: records that wait
    with `stuck` documents. `holes`: events that wait for one before them.
    """

    due: int = 0
    overdue: float = 0
    aside: int = 0
    stuck: int = 0
    holes: int = 0


async def measure(store: MongoStore, now: datetime) -> Backlog:
    """Also into the metrics. `now`: the network's time, by which documents are due."""
    found = await _look(store, now)
    DUE.set(found.due)
    OVERDUE.set(found.overdue)
    ASIDE.set(found.aside)
    HOLES.set(found.holes)
    return found


async def _look(store: MongoStore, now: datetime) -> Backlog:
    due = {"due": {"$gt": LONG_AGO, "$lte": now}, "stuck": None}
    first, letters = await store.next_due(), store.collection("letters")
    aside = await letters.count_documents({}, limit=AT_MOST)
    return Backlog(
        due=await store.documents.count_documents(due, limit=AT_MOST),
        overdue=max(0.0, (now - first).total_seconds()) if first else 0,
        aside=aside,
        stuck=len(await letters.distinct("key")) if aside else 0,
        holes=len(await store.holes()),
    )
