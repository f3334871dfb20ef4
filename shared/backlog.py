"""What waits in a service's database: documents that are due, records that lie aside, holes."""

from datetime import datetime

from shared.metrics import ASIDE, DUE, HOLES, OVERDUE
from shared.store import LONG_AGO, MongoStore

AT_MOST = 10_000
"""No more are counted: that many is trouble enough."""


async def measure(store: MongoStore, now: datetime) -> None:
    """Into the metrics. `now`: the network's time, by which documents are due."""
    due = {"due": {"$gt": LONG_AGO, "$lte": now}, "stuck": None}
    DUE.set(await store.documents.count_documents(due, limit=AT_MOST))
    first = await store.next_due()
    OVERDUE.set(max(0.0, (now - first).total_seconds()) if first else 0)
    ASIDE.set(await store.collection("letters").count_documents({}, limit=AT_MOST))
    HOLES.set(len(await store.holes()))
