"""Reading: a member of a consumer group that hands over batches, and commits a batch only when it is done with.

FastStream's defaults commit on a timer or in spite of an error. So here: manual acknowledgement, explicit offsets,
raw records (its parsers raise on a null header outside of every acknowledgement), and on any error back to the
first record of the batch.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.partitioner import DefaultPartitioner
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage

from shared.kafka import lenient
from shared.kafka.connection import Kafka
from shared.kernel.record import Place, Record

os.environ.setdefault("FASTSTREAM_SUPERVISOR_DISABLED", "1")  # it revives dead tasks without their state

lenient.install()

Handle = Callable[[Sequence[Record]], Awaitable[None]]
MAX_BACKOFF = 5.0


class Reader(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped here
    """`committed`: the offsets of the owned partitions, kept current in place: the kernel reads the same dict."""

    batch = 500
    """At most so many records at once."""

    def __init__(
        self,
        name: str,
        kafka: Kafka,
        group: str,
        handle: Handle,
        *,
        topics: Iterable[str] = (),
        pattern: str | None = None,
        committed: dict[Place, int] | None = None,
        on_error: Callable[[str, BaseException], None] = lambda _name, _error: None,
        wait_ms: int = 10,
    ) -> None:
        """`wait_ms`: how long an empty fetch waits; the embedded broker does not wake one when a record comes, and
        each costs it 0.3 ms.
        """
        self.name, self._handle, self._on_error = name, handle, on_error
        self.committed = {} if committed is None else committed
        self._busy = asyncio.Lock()
        self._failures = 0
        self._stopping = False
        self.last_error: BaseException | None = None
        self.last_progress = time.monotonic()
        self._broker = KafkaBroker(
            kafka.servers,
            security=kafka.security(),
            acks="all",
            apply_types=False,
            allow_auto_create_topics=False,
            logger=None,
            graceful_timeout=30,
            metadata_max_age_ms=3000,  # how soon a new partner's topic is found
        )
        self._subscriber = self._broker.subscriber(
            *topics,
            pattern=pattern,
            batch=True,
            max_records=self.batch,
            group_id=group,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            no_reply=True,
            parser=self._unparsed,
            decoder=_undecoded,
            listener=self,
            # co-partitioned topics: one member owns the same partition of each, so a document has one writer
            partition_assignment_strategy=(RangePartitionAssignor,),
            fetch_max_wait_ms=wait_ms,
            batch_timeout_ms=4,  # FastStream sleeps as long again after an empty poll; it costs no request
            session_timeout_ms=6000,
            heartbeat_interval_ms=1000,
        )
        self._subscriber(self._on_batch)

    async def start(self) -> None:
        await self._broker.start()

    async def stop(self) -> None:
        """Finish the batch in hand, commit it, leave the group."""
        self._stopping = True
        async with self._busy:
            pass  # not longer: a next batch may wait for its turn, only to be given back, and FastStream waits for it
        await self._broker.stop()

    async def lag(self) -> int:
        """Records in the owned partitions that are not committed yet."""
        owned = list(self._consumer.assignment())
        ends = await ends_of(self._consumer, owned) if owned else {}
        return sum(max(0, end - self.committed.get(Place(*place), 0)) for place, end in ends.items())

    def owns(self, topic: str, key: str) -> bool:
        """Is this member the one that reads the records of that key?"""
        every = sorted(self._consumer.partitions_for_topic(topic) or ())
        return bool(every) and Place(topic, DefaultPartitioner()(key.encode(), every, every)) in self.committed

    @property
    def _consumer(self) -> Any:
        if self._subscriber.consumer is None:
            raise ConnectionError(f"the reader {self.name} has not been started")
        return self._subscriber.consumer

    async def _unparsed(self, records: tuple[ConsumerRecord[Any, Any], ...]) -> KafkaMessage:
        return KafkaMessage(
            body=records, raw_message=records, headers={}, message_id="", correlation_id="",
            consumer=self._consumer,
        )  # fmt: skip

    async def _on_batch(self, message: KafkaMessage) -> None:
        """Whatever raises in here must be caught in here: FastStream would pass over the batch."""
        records: Any = message.raw_message
        async with self._busy:
            try:
                records = [] if self._stopping else await self._still_ours(records)
                if not records:
                    return
                await self._handle([_record(r) for r in records])
                await self._commit(records)
            except asyncio.CancelledError:
                if self._stopping:
                    raise
                await self._rewind(records, RuntimeError("a handler was cancelled"))
            except Exception as error:  # whatever it was: nothing is committed, and it comes again
                await self._rewind(records, error)
            else:
                self._failures, self.last_error, self.last_progress = 0, None, time.monotonic()

    async def _still_ours(self, records: Any) -> list[Any]:
        """Without those that a rebalance or a rewind overtook: the position must lie behind the last in hand."""
        last = {TopicPartition(r.topic, r.partition): r.offset for r in records}
        owned = self._consumer.assignment()
        good = {tp for tp, offset in last.items() if tp in owned and await self._consumer.position(tp) > offset}
        return [r for r in records if TopicPartition(r.topic, r.partition) in good]

    async def _commit(self, records: Sequence[Any]) -> None:
        offsets = {TopicPartition(r.topic, r.partition): r.offset + 1 for r in records}
        await self._consumer.commit(offsets)
        self.committed.update({Place(*place): offset for place, offset in offsets.items()})

    async def _rewind(self, records: Sequence[Any], error: BaseException) -> None:
        self._failures += 1
        self.last_error = error
        self._on_error(self.name, error)
        await asyncio.sleep(min(MAX_BACKOFF, 0.1 * 2**self._failures))
        first: dict[TopicPartition, int] = {}
        for r in records:
            first.setdefault(TopicPartition(r.topic, r.partition), r.offset)
        for place, offset in first.items():
            if place in self._consumer.assignment():
                self._consumer.seek(place, offset)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        async with self._busy:  # the batch in hand is finished first
            for place in revoked:
                self.committed.pop(Place(*place), None)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        for place in assigned:
            self.committed[Place(*place)] = await self._consumer.committed(place) or 0


async def places_of(consumer: Any, topics: Iterable[str]) -> list[TopicPartition]:
    """The partitions of topics, none of those that do not exist. Asked of the cluster each time: of Apache Kafka a consumer
    without a subscription learns no topic that it could tell of itself (of the embedded broker it learns all).
    """
    cluster = await consumer._client.fetch_all_metadata()
    return [
        TopicPartition(topic, part) for topic in topics for part in sorted(cluster.partitions_for_topic(topic) or ())
    ]


async def ends_of(consumer: Any, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    """The offset after the last record of each partition. The embedded broker answers with that after the last
    batch's first record, so what the last fetch said counts, too: then 0 to go really is 0.
    """
    ends = await consumer.end_offsets(list(places))
    return {place: max(end, consumer.highwater(place) or 0) for place, end in ends.items()}


async def _undecoded(message: KafkaMessage) -> KafkaMessage:
    """The handler gets the message itself."""
    return message


def _record(r: Any) -> Record:
    return Record(Place(r.topic, r.partition), r.offset, r.key, r.value, r.headers)
