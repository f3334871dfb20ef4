"""Reading: a member of a consumer group that hands over batches, and commits a batch only when it is done with.

FastStream's defaults commit on a timer or in spite of an error. So here: manual acknowledgement, explicit offsets, and
raw records (its parsers raise on a null header outside of every acknowledgement). What is done with a batch is decided
in shared.kernel.member; here is the wiring.
"""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.partitioner import DefaultPartitioner
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage

from shared.kafka import broken, lenient
from shared.kafka.connection import Kafka
from shared.kafka.doze import Doze
from shared.kernel.member import Handle, Member
from shared.kernel.pipeline import Pipeline, Stages
from shared.kernel.record import Place, Record

os.environ.setdefault("FASTSTREAM_SUPERVISOR_DISABLED", "1")  # it revives dead tasks without their state

lenient.install()
broken.install()

__all__ = ["Handle", "Reader", "ends_of", "places_of"]


class Reader(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped here
    """`committed`: the offsets of the owned partitions, kept current in place: the kernel reads the same dict."""

    batch = 500
    """At most so many records at once."""

    def __init__(  # noqa: PLR0913  # it wires what others decide
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
        on_break: Callable[[], None] = lambda: None,
        wait_ms: int = 10,
        stages: Stages | None = None,
        depth: int = 1,
    ) -> None:
        """`on_break`: see Member. `wait_ms`: how long an empty fetch waits while records come; see Doze. `stages`: where so
        many batches (`depth`) may be on their way at once.
        """
        self.name, self._kafka, self._doze = name, kafka, Doze(wait_ms)
        self.committed = {} if committed is None else committed
        self._broker = _broker(kafka, patient=pattern is None)
        self._subscriber = self._subscribed(map(kafka.name, topics), pattern, group, wait_ms)
        self._subscriber(self._on_batch)
        self._subscriber.get_msg = self._fetched
        places = _Partitions(kafka, lambda: self._consumer)
        self._member = (
            Pipeline(name, places, handle, stages, depth, self.committed, on_error, on_break)
            if stages and depth > 1
            else Member(name, places, handle, self.committed, on_error, on_break)
        )

    def _subscribed(self, topics: Iterable[str], pattern: str | None, group: str, wait_ms: int) -> Any:
        return self._broker.subscriber(
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
            session_timeout_ms=6000,
            heartbeat_interval_ms=1000,
        )

    async def start(self) -> None:
        await self._broker.start()

    async def stop(self) -> None:
        """Finish the batch in hand, commit it, leave the group."""
        await self._member.finish()
        await self._broker.stop()

    async def lag(self) -> int:
        """Records in the owned partitions that are not committed yet."""
        return self.lag_below(await self.ends())

    def lag_below(self, ends: Mapping[Place, int]) -> int:
        """Of the partitions that end there, as `ends` has found."""
        return sum(max(0, end - self.committed.get(place, 0)) for place, end in ends.items())

    async def ends(self) -> dict[Place, int]:
        """The offset after the last record of each owned partition."""
        owned = list(self._consumer.assignment())
        ends = await ends_of(self._consumer, owned) if owned else {}
        return {self._kafka.place(place): end for place, end in ends.items()}

    def owns(self, topic: str, key: str) -> bool:
        """Is this member the one that reads the records of that key?"""
        every = sorted(self._consumer.partitions_for_topic(self._kafka.name(topic)) or ())
        return bool(every) and Place(topic, DefaultPartitioner()(key.encode(), every, every)) in self.committed

    @property
    def last_error(self) -> BaseException | None:
        """Of the last batch; None when it went well."""
        return self._member.last_error

    @property
    def last_progress(self) -> float:
        """When (time.monotonic) a batch was last done with, or there was none to do."""
        return self._member.last_progress

    @last_progress.setter
    def last_progress(self, at: float) -> None:
        self._member.last_progress = at

    @property
    def _consumer(self) -> Any:
        if self._subscriber.consumer is None:
            raise ConnectionError(f"the reader {self.name} has not been started")
        return self._subscriber.consumer

    async def _fetched(self, consumer: Any) -> tuple[ConsumerRecord[Any, Any], ...]:
        """In place of FastStream's, which sleeps after an empty poll: that would be added to what comes meanwhile."""
        found = await consumer.getmany(timeout_ms=200, max_records=self.batch)
        self._doze.polled(consumer, found=bool(found))
        return tuple(chain.from_iterable(found.values()))

    async def _unparsed(self, records: tuple[ConsumerRecord[Any, Any], ...]) -> KafkaMessage:
        return KafkaMessage(
            body=records, raw_message=records, headers={}, message_id="", correlation_id="",
            consumer=self._consumer,
        )  # fmt: skip

    async def _on_batch(self, message: KafkaMessage) -> None:
        message.clear_cache()  # of decoded messages: it lies in there itself, and would stay until a collector comes
        records: Any = message.raw_message
        await self._member.take([record_of(r, self._kafka) for r in records])

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._member.revoked(map(self._kafka.place, revoked))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._member.assigned(map(self._kafka.place, assigned))


def _broker(kafka: Kafka, *, patient: bool) -> KafkaBroker:
    """`patient`: of topics that are there; else new ones that fit a pattern are found within a second."""
    return KafkaBroker(
        kafka.servers.split(","),  # FastStream would take a text for one server
        security=kafka.security(),
        acks="all",
        apply_types=False,
        allow_auto_create_topics=False,
        logger=None,
        graceful_timeout=30,
        metadata_max_age_ms=3000 if patient else 1000,
    )


class _Partitions:
    """shared.kernel.member.Partitions of an aiokafka consumer. `consumer`: the one of now; a start makes another."""

    def __init__(self, kafka: Kafka, consumer: Callable[[], Any]) -> None:
        self._kafka, self._consumer = kafka, consumer

    def assignment(self) -> Collection[Place]:
        return set(map(self._kafka.place, self._consumer().assignment()))

    async def position(self, place: Place) -> int:
        return int(await self._consumer().position(self._kafka.partition(place)))

    async def committed(self, place: Place) -> int:
        return await self._consumer().committed(self._kafka.partition(place)) or 0

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        await self._consumer().commit({self._kafka.partition(place): offset for place, offset in offsets.items()})

    def seek(self, place: Place, offset: int) -> None:
        self._consumer().seek(self._kafka.partition(place), offset)


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


def record_of(r: Any, kafka: Kafka) -> Record:
    """What aiokafka has read, as the kernel knows it."""
    return Record(kafka.place(r), r.offset, r.key, r.value, r.headers)
