"""This kernel, in a process of its own, until it is killed."""

import asyncio
import sys

import uvloop

from shared.kafka.connection import Kafka
from shared.process import collect_seldom
from tests.bench import ledger, loops
from tests.bench.rivals.work import Work, heard


async def work(given: Work) -> None:
    collect_seldom()  # as shared.process does
    ledger.TOTALS = given.totals  # an event tells where it goes
    async with loops.member(Kafka(given.servers), given.mongo, given.group, given.steps, given.batch, given.depth):
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(work(heard(sys.argv[1])))
