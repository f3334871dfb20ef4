"""Topics, partitions, offsets. Nothing that was acknowledged is ever lost; order holds within a partition alone."""

import asyncio
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from deploy.kafka import topics
from shared.kernel.record import Headers, Place, Record
from tests.delivery.sim.group import Group
from tests.delivery.sim.history import History

PARTITIONS = 2
"""One for each replica of a service."""


class Broker:
    """`idempotent`: producers may be; then a stream has no holes at its first telling."""

    def __init__(self, partners: Sequence[str], history: History, *, idempotent: bool) -> None:
        self.history, self.idempotent = history, idempotent
        every = [*topics.network(PARTITIONS), *(topic for org in partners for topic in topics.partner(org))]
        self.partitions = {topic.name: topic.partitions for topic in every}
        self.logs: dict[Place, list[Record]] = {
            Place(name, number): [] for name, count in self.partitions.items() for number in range(count)
        }
        self.groups: dict[str, Group] = {}
        self._readers: dict[str, list[asyncio.Event]] = defaultdict(list)

    def place(self, topic: str, key: str) -> Place:
        """Raises KeyError for a topic that there is not."""
        return Place(topic, zlib.crc32(key.encode()) % self.partitions[topic])

    def append(self, place: Place, key: bytes | None, value: bytes | None, headers: Headers) -> Record:
        log = self.logs[place]
        record = Record(place, len(log), key, value, tuple(headers))
        log.append(record)
        for news in self._readers[place.topic]:
            news.set()
        return record

    def has_follower(self, record: Record) -> bool:
        """Is it an event with a later one of its stream behind it? That one tells of the hole."""
        stream, number = _numbered(record)
        later = map(_numbered, self.logs[record.place][record.offset + 1 :])
        return number > 0 and any(other == stream and after > number for other, after in later)

    def tell(self, topics: Iterable[str], news: asyncio.Event) -> None:
        """`news` is set whenever something comes there."""
        for topic in topics:
            self._readers[topic].append(news)

    def forget(self, news: asyncio.Event) -> None:
        for readers in self._readers.values():
            if news in readers:
                readers.remove(news)

    def places(self, topic: str) -> list[Place]:
        return [Place(topic, number) for number in range(self.partitions[topic])]

    def matching(self, pattern: str) -> list[str]:
        return sorted(name for name in self.partitions if re.fullmatch(pattern, name))

    def end(self, place: Place) -> int:
        return len(self.logs[place])

    def group(self, name: str, topics: Iterable[str]) -> Group:
        if name not in self.groups:
            self.groups[name] = Group(name, {topic: self.places(topic) for topic in topics}, self.history)
        return self.groups[name]

    def lag(self) -> int:
        """Of all groups."""
        return sum(
            self.end(place) - group.committed.get(place, 0)
            for group in self.groups.values()
            for place in group.places()
        )


def _numbered(record: Record) -> tuple[object, int]:
    """The stream that it is of, and its number there; 0 of what is in no stream."""
    head = dict(record.headers)
    number = head.get("ce_sequence") or b""
    return (record.key, head.get("ce_source")), int(number) if number.isdigit() else 0
