"""tsunagu refill"""

from tsunagu.refill import refill
from tsunagu.stopped import refuse_running
from tsunagu.where import SERVICES, Where


async def run(where: Where, *, again: bool) -> int:
    await refuse_running(where, SERVICES, "the broker is refilled")
    told = await refill(where.kafka, where.mongo, again=again)
    print(f"{told} records told again")
    return 0
