"""Publishing: acknowledged by all replicas, in order per key, or an error."""

import asyncio
import logging
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import UnknownError

from shared.kafka.connection import Kafka
from shared.kernel.record import Message

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
            await self._producer.send(m.topic, m.value, key=m.key.encode(), headers=list(m.headers)) for m in messages
        ]
        return [ack.offset for ack in await asyncio.gather(*acks)]

    async def stop(self) -> None:
        if self._producer:
            await self._producer.stop()
