"""All dead letters of a service, by their heads: its topic is read on from where it was read last."""

import asyncio
from dataclasses import replace

from shared.kafka.connection import Kafka
from shared.kafka.log import Log
from shared.kernel.dead_letters import topic
from shared.kernel.record import Place
from shared.letters.head import Head, head_of

MOST = 50_000
"""Of the newest: nobody looks at more, and a service runs for months."""


class Index:
    """Heads alone: some hundred bytes each, where a letter has up to 64 kB."""

    def __init__(self, service: str, kafka: Kafka) -> None:
        self._service, self._kafka = service, kafka
        self._heads: dict[str, Head] = {}
        self._since: dict[Place, int] = {}
        self._reading = asyncio.Lock()

    async def heads(self) -> dict[str, Head]:
        """By id. One that was told again (a batch came twice) has the age of the first, and lies where the last does."""
        async with self._reading, Log(self._kafka, [topic(self._service)]) as log:
            async for records in log.read(self._since):
                for head in filter(None, (head_of(self._service, record) for record in records)):
                    self._take(head)
            self._since = await log.positions()
        self._heads = dict(list(self._heads.items())[-MOST:])
        return self._heads

    def _take(self, head: Head) -> None:
        known = self._heads.get(head.id)
        self._heads[head.id] = replace(head, at=known.at) if known and known.hash == head.hash else head
