"""tsunagu refill"""

from deploy.kafka import access
from deploy.kafka.partners import make_topics
from tsunagu.known import known_partners
from tsunagu.refill import refill
from tsunagu.stopped import refuse_running
from tsunagu.where import SERVICES, Where


async def run(where: Where, *, again: bool) -> int:
    await refuse_running(where, SERVICES, "the broker is refilled")
    await _partners(where)
    told = await refill(where.kafka, where.mongo, again=again)
    print(f"{told} records told again")
    return 0


async def _partners(where: Where) -> None:
    """Topics of those whom intake knows: brokers that have forgotten them do not know whose to make."""
    known = await known_partners(where.mongo)
    for name in await make_topics(where.kafka, known):
        print(f"made topic {name}")
    await access.let_services_in(where.kafka, known)
