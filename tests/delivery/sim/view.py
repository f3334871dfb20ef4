"""A view of a compacted topic in one process: it may lag behind, as the real one may."""

import asyncio
from functools import lru_cache

from pydantic import BaseModel

from shared.kernel.record import Place
from tests.delivery.sim.broker import Broker
from tests.delivery.sim.wire import Wire


class View:
    """`items`: the newest snapshot of each key, as far as it was read."""

    def __init__(self, broker: Broker, wire: Wire, topic: str, model: type[BaseModel]) -> None:
        self._broker, self._wire, self._model = broker, wire, model
        self.items: dict[str, BaseModel] = {}
        self._positions = dict.fromkeys(broker.places(topic), 0)
        self._news = asyncio.Event()
        broker.tell([topic], self._news)
        self._read()

    async def follow(self) -> None:
        while True:
            await self._wire.pause()
            self._news.clear()
            self._read()
            await self._news.wait()

    def close(self) -> None:
        self._broker.forget(self._news)

    def _read(self) -> None:
        for place, start in self._positions.items():
            self._take(place, start)
            self._positions[place] = self._broker.end(place)

    def _take(self, place: Place, start: int) -> None:
        for record in self._broker.logs[place][start:]:
            key = (record.key or b"").decode()
            if record.value is None:
                self.items.pop(key, None)
            else:
                self.items[key] = _parsed(self._model, record.value)


@lru_cache(maxsize=4096)
def _parsed(model: type[BaseModel], value: bytes) -> BaseModel:
    """Four views read the same."""
    return model.model_validate_json(value)
