"""Cases as stats is told of them, and how many it has noted."""

from pymongo import MongoClient

from shared.events.cases import TOPIC
from shared.kernel.record import Message, encode, envelope
from tests.security.databases import Served
from tests.security.one_service import WITHIN
from tests.unit.given import NOON
from tests.unit.samples import accepted


def case(key: str) -> Message:
    told = accepted(case=key)
    head = envelope(id=f"{key}:1", source=f"/tsunagu/intake/{key}", type=told.type, time=NOON.isoformat(), sequence=1)
    return Message(TOPIC, key, encode(told.model_dump(mode="json")), head)


async def noted(at: Served, prefix: str) -> int:
    """How many cases stats knows of whose keys begin so."""
    with MongoClient[dict[str, object]](at.url, serverSelectionTimeoutMS=int(WITHIN * 1000)) as client:
        return client.tsunagu_stats.documents.count_documents({"_id": {"$regex": f"^{prefix}"}})
