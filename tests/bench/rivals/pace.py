"""How many events a second: by the offsets that a contestant commits, whose effects are then all out."""

import asyncio
import time
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from aiokafka.structs import TopicPartition

from shared.kafka.connection import Kafka
from tests.bench.rivals.running import Running, Spent

WARM_SHARE, WARM_SECONDS = 0.2, 2.0
"""Left out: the first fifth, or two seconds from the first commit on, whichever is shorter."""
AT_MOST = 6.0
"""Seconds that are measured: the slow need not go through everything."""
AT_LEAST = 4
"""Commits, without which there is nothing to divide."""
START_WITHIN, PAUSE = 120.0, 0.02


@dataclass(frozen=True)
class Pace:
    """`cpu`: milliseconds of a processor per event; `cpu_all`: with the broker's and the database's. `peak`: MB."""

    events: float
    cpu: float
    cpu_all: float
    peak: float


@dataclass(frozen=True)
class Mark:
    at: float
    done: int
    spent: Spent


Offsets = dict[int, int]


async def pace(kafka: Kafka, group: str, count: int, running: Running) -> tuple[Pace, Offsets]:
    """Also the offsets committed by the end, at which it may be killed at once."""
    admin = AIOKafkaAdminClient(**kafka.options())
    await admin.start()
    try:
        marks, offsets = await _marks(admin, group, count, running)
    finally:
        await admin.close()
    return _between(_first_warm(marks, count), marks[-1], running.peak), offsets


async def _marks(admin: AIOKafkaAdminClient, group: str, count: int, running: Running) -> tuple[list[Mark], Offsets]:
    """One for each change of what is committed."""
    marks: list[Mark] = []
    offsets: Offsets = {}
    ends = deadline = time.monotonic() + START_WITHIN
    while sum(offsets.values()) < count and (time.monotonic() < ends or len(marks) < AT_LEAST):
        assert time.monotonic() < deadline, f"only {marks} within {START_WITHIN:g} s"
        offsets = await committed(admin, group)
        running.look()
        done = sum(offsets.values())
        if done > (marks[-1].done if marks else 0):
            if not marks:
                ends = time.monotonic() + WARM_SECONDS + AT_MOST
            marks.append(Mark(time.monotonic(), done, running.spent()))
        await asyncio.sleep(PAUSE)
    return marks, offsets


async def committed(admin: AIOKafkaAdminClient, group: str) -> Offsets:
    """By partition of the one topic that the group reads."""
    try:
        found: dict[TopicPartition, object] = await admin.list_consumer_group_offsets(group)
    except GroupCoordinatorNotAvailableError:  # a new broker makes the topic of groups when the first one asks
        return {}
    return {place.partition: max(0, meta.offset) for place, meta in found.items()}  # type: ignore[attr-defined]


def _first_warm(marks: list[Mark], count: int) -> Mark:
    warm = [m for m in marks if m.done >= WARM_SHARE * count or m.at >= marks[0].at + WARM_SECONDS]
    return warm[0] if len(warm) > 1 else marks[0]


def _between(first: Mark, last: Mark, peak: float) -> Pace:
    events = last.done - first.done
    return Pace(events / (last.at - first.at), *last.spent.per(first.spent, events), peak)
