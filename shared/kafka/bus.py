"""Publishing: acknowledged by all replicas, in order per key, or an error."""

import asyncio
import logging
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError, TopicAuthorizationFailedError, UnknownError

from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from shared.kernel.record import Message, Record

TIMEOUT_MS = 20_000


class KafkaBus:
    """shared.kernel.ports.Bus on a real broker."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        logging.getLogger("aiokafka").setLevel("CRITICAL")  # what it cannot do is told by who asked for it
        try:
            self._producer = await self._started(idempotent=True)
        except UnknownError:  # the embedded broker knows no idempotent producers; the readers drop repeats anyway
            self._producer = await self._started(idempotent=False)

    async def _started(self, *, idempotent: bool) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **self._kafka.options(),
            acks="all",
            enable_idempotence=idempotent,
            request_timeout_ms=TIMEOUT_MS,
            max_batch_size=131_072,
        )
        try:
            await producer.start()
        except BaseException:  # a cancelled start, too, would leave its tasks connecting
            await producer.stop()
            raise
        return producer

    async def publish(self, messages: Sequence[Message]) -> None:
        await self.sent(messages)

    async def sent(self, messages: Sequence[Message]) -> list[int]:
        """As publish; returns the offset each message got."""
        if self._producer is None:
            raise ConnectionError("the bus has not been started")
        acks = [
            await self._producer.send(self._kafka.name(m.topic), m.value, key=m.key.encode(), headers=list(m.headers))
            for m in messages
        ]
        return [ack.offset for ack in await asyncio.gather(*acks)]

    async def again(self, record: Record) -> int:
        """Publishes a record as it was, in the partition where it lay; returns its new offset. Raises TsunaguError where
        this broker does not take it from us.
        """
        if self._producer is None:
            raise ConnectionError("the bus has not been started")
        try:
            sent = await self._producer.send_and_wait(
                self._kafka.name(record.place.topic), record.value, key=record.key, headers=list(record.headers),
                partition=record.place.partition,
            )  # fmt: skip
        except TopicAuthorizationFailedError as error:
            topic = record.place.topic
            raise TsunaguError(f"{topic} is not ours to write: use the command line, as a user that may") from error
        except MessageSizeTooLargeError as error:
            raise TsunaguError(f"{record} is larger than the broker takes: its sender must send less") from error
        return int(sent.offset)

    async def stop(self) -> None:
        if self._producer:
            await self._producer.stop()
