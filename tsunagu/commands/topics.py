"""tsunagu topics apply"""

import os

from deploy.kafka import topics
from shared.errors import TsunaguError
from tsunagu.where import kafka_of


async def apply(partitions: int, replicas: int) -> int:
    servers = os.environ.get("TSUNAGU_KAFKA")
    if not servers:
        raise TsunaguError("set TSUNAGU_KAFKA to the brokers' host:port")
    made = await topics.apply(kafka_of(servers), topics.network(partitions), replicas=replicas)
    print("\n".join(f"made {name}" for name in made) or "all topics are there")
    return 0
