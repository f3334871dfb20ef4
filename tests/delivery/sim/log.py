"""Reading topics from a given place, without a group: shared.kafka.log of one process."""

from collections.abc import AsyncIterator, Mapping, Sequence

from shared.kernel.record import Place, Record
from tests.delivery.sim.broker import Broker
from tests.delivery.sim.wire import Wire


class SimulatedLog:
    def __init__(self, broker: Broker, wire: Wire, topics: Sequence[str]) -> None:
        self._broker, self._wire = broker, wire
        self._places = [place for topic in topics for place in broker.places(topic)]

    async def __aenter__(self) -> "SimulatedLog":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def ends(self) -> dict[Place, int]:
        async def asked() -> dict[Place, int]:
            return {place: self._broker.end(place) for place in self._places}

        return await self._wire.call("log.ends", asked)

    async def read(self, since: Mapping[Place, int]) -> AsyncIterator[list[Record]]:
        for place in self._places:

            async def fetched(place: Place = place) -> list[Record]:
                return self._broker.logs[place][since.get(place, 0) :]

            yield await self._wire.call("log.read", fetched, place)
