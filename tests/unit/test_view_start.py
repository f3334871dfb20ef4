"""A view that cannot be read to its end leaves nothing behind: it is started anew until it can."""

from types import SimpleNamespace

import pytest
from aiokafka.errors import KafkaConnectionError

from shared.kafka import view
from shared.kafka.connection import Kafka


class Consumer:
    """The broker goes away once this one has started."""

    def __init__(self, **_: object) -> None:
        self.runs, self._client = False, SimpleNamespace(fetch_all_metadata=self._fail)

    async def start(self) -> None:
        self.runs = True

    async def stop(self) -> None:
        self.runs = False

    async def _fail(self) -> None:
        raise KafkaConnectionError


async def test_a_start_that_failed_stops_its_consumer(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Consumer] = []
    monkeypatch.setattr(view, "AIOKafkaConsumer", lambda **said: made.append(Consumer(**said)) or made[-1])
    with pytest.raises(KafkaConnectionError):
        await view.View(Kafka("127.0.0.1:1"), "roster", bytes.decode).start()
    assert [consumer.runs for consumer in made] == [False]
