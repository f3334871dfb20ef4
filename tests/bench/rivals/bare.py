"""The bare loop, in a process of its own, until it is killed. It publishes nothing."""

import sys

import uvloop

from shared.kafka.connection import Kafka
from tests.bench import loops
from tests.bench.rivals.work import Work, heard


async def work(given: Work) -> None:
    async for _ in loops.bare_loop(Kafka(given.servers), given.mongo, given.group, given.steps, given.batch):
        pass


if __name__ == "__main__":
    uvloop.run(work(heard(sys.argv[1])))
