"""FastStream as its documentation shows it: a handler of one message, a publisher, acknowledged when both are through.

Beyond the documentation's first page it has what "none lost on kill" asks for: acknowledgement after the handler,
acks=all, an idempotent producer, and writes that wait for the database's journal. A repeat counts twice, all the same.
"""

import sys

import uvloop
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import BaseModel
from pymongo import ReturnDocument
from pymongo.write_concern import WriteConcern

from tests.bench.rivals.work import Work, heard


class Step(BaseModel):
    case: str
    kind: str
    language: str
    area: str
    amount: int
    sealed: str


class Counted(BaseModel):
    case: str
    kind: str
    count: int
    total: int


def app(given: Work) -> FastStream:
    broker = KafkaBroker(given.servers, acks="all", enable_idempotence=True, logger=None)
    database = AsyncIOMotorClient(given.mongo, retryWrites=False).get_database(given.group)
    accounts = database.get_collection("accounts", write_concern=WriteConcern("majority", j=True))
    tell = broker.publisher(given.totals)

    @broker.subscriber(
        given.steps, group_id=given.group, auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR
    )
    async def handle(step: Step, message: KafkaMessage) -> None:
        changes = {"$set": {"kind": step.kind}, "$inc": {"count": 1, "total": step.amount}}
        account = await accounts.find_one_and_update(
            {"_id": step.case}, changes, upsert=True, return_document=ReturnDocument.AFTER
        )
        counted = Counted(case=step.case, kind=step.kind, count=account["count"], total=account["total"])
        await tell.publish(counted, key=step.case.encode(), correlation_id=message.correlation_id)

    return FastStream(broker)


if __name__ == "__main__":
    uvloop.run(app(heard(sys.argv[1])).run())
