"""Publishing: acknowledged by all replicas, in order per key, or an error."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import starmap
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError, TopicAuthorizationFailedError, UnknownError
from aiokafka.partitioner import murmur2

from shared.errors import TsunaguError
from shared.kafka.connection import Kafka
from shared.kernel.record import Message, Place, Record

TIMEOUT_MS = 20_000
MAX_REQUEST = 1_048_576
"""Bytes of a batch: what Apache Kafka takes unless told otherwise. Ours are smaller, but for one of a single large message."""


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
            max_request_size=MAX_REQUEST,
        )
        try:
            await producer.start()
        except BaseException:  # a cancelled start, too, would leave its tasks connecting
            await producer.stop()
            raise
        return producer

    async def publish(self, messages: Sequence[Message]) -> None:
        """Partition by partition, in batches of our own making: handed over one by one, each message would cost a future, and
        several times the work. When this raises, nothing of it is on its way any more.
        """
        if self._producer is None:
            raise ConnectionError("the bus has not been started")
        topics = {message.topic for message in messages}
        sizes = {topic: len(await self._producer.partitions_for(self._kafka.name(topic))) for topic in topics}
        parted: dict[tuple[str, int], list[Message]] = defaultdict(list)
        for message in messages:
            parted[message.topic, _hashed(message.key) % sizes[message.topic]].append(message)
        batches = {Place(*place): list(_batches(self._producer, some)) for place, some in parted.items()}
        _raise_first(await asyncio.gather(*starmap(self._in_order, batches.items()), return_exceptions=True))

    async def _in_order(self, place: Place, batches: Sequence[Any]) -> None:
        """To one partition. When this raises, what was handed over has come to its end, too."""
        assert self._producer
        acks: list[Any] = []
        try:
            for batch in batches:
                acks.append(
                    await self._producer.send_batch(batch, self._kafka.name(place.topic), partition=place.partition)
                )
        except AssertionError as error:  # aiokafka's
            raise ConnectionError(f"{place} is no more: the topic has been made anew with fewer partitions") from error
        finally:
            ends = await asyncio.gather(*acks, return_exceptions=True)
        _raise_first(ends)

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


def _raise_first(ends: Sequence[Any]) -> None:
    for error in ends:
        if isinstance(error, BaseException):
            raise error


@lru_cache(maxsize=50_000)
def _hashed(key: str) -> int:
    """As every client of Kafka hashes keys: a key lies in the partition of this number modulo their number."""
    return int(murmur2(key.encode())) & 0x7FFFFFFF


def _batches(producer: Any, messages: Sequence[Message]) -> Iterator[Any]:
    """As few as hold them all, in order. Raises MessageSizeTooLargeError, before anything is sent: once the broker has
    refused one, aiokafka's idempotent producer cannot go on.
    """
    batch = producer.create_batch()
    for message in messages:
        if not _added(batch, message):  # full, and closed by that
            yield batch
            batch = producer.create_batch()
            _added(batch, message)
    batch.close()  # nobody else may add to it
    yield batch


def _added(batch: Any, message: Message) -> bool:
    """An empty one takes it, however large it is."""
    key, headers = message.key.encode(), list(message.headers)
    added = batch.append(timestamp=None, key=key, value=message.value, headers=headers)
    if batch.record_count() == 1 and batch.size() > MAX_REQUEST:
        raise MessageSizeTooLargeError(f"a message for {message.topic} is larger than {MAX_REQUEST} bytes")
    return added is not None
