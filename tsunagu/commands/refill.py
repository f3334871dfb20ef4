"""tsunagu refill"""

from deploy.kafka import topics
from deploy.kafka.declared import read
from deploy.kafka.difference import durable
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
    replicas = read().replicas
    wanted = [durable(topic, replicas) for org in await known_partners(where.mongo) for topic in topics.partner(org)]
    for name in await topics.apply(where.kafka, wanted, replicas=replicas):
        print(f"made topic {name}")
