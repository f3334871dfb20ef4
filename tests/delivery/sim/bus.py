"""A producer of one process. Each partition's messages go in pieces that succeed or fail by themselves."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from shared.kernel.record import Message, Place
from tests.delivery.sim.broker import Broker
from tests.delivery.sim.wire import Wire

Keyed = Callable[[Message], bytes | None]


class SimulatedBus:
    """shared.kernel.ports.Bus. Between partitions there is no order. Where the broker knows no idempotent producers (the
    embedded one does not), a piece that fails may have a later one acknowledged behind it.
    """

    def __init__(self, broker: Broker, wire: Wire) -> None:
        self._broker, self._wire = broker, wire

    async def publish(self, messages: Sequence[Message]) -> None:
        first: ConnectionError | None = None
        pieces = self._pieces(messages)
        if len(pieces) > 1 and not self._broker.idempotent and self._wire.chance.random() < self._wire.storm.tear:
            self._wire.history.note(self._wire.name, "TORN publish", len(pieces.pop(0)))
            first = ConnectionError("simulated: torn")
        for piece in pieces:
            first = await self._sent(piece) or first
            if first and self._broker.idempotent:
                break
        if first:
            raise first

    def _pieces(self, messages: Sequence[Message]) -> list[list[tuple[Place, Message]]]:
        """Mostly one; else some partitions now, the others later."""
        chance = self._wire.chance
        by_place: dict[Place, list[tuple[Place, Message]]] = defaultdict(list)
        for message in messages:
            place = self.place(message)
            by_place[place].append((place, message))
        runs = chance.sample(list(by_place.values()), len(by_place))
        if not runs:
            return []
        if chance.random() < 0.5:
            return [[one for run in runs for one in run]]
        cuts = [chance.randint(0, len(run)) for run in runs]
        first = [one for run, cut in zip(runs, cuts, strict=True) for one in run[:cut]]
        second = [one for run, cut in zip(runs, cuts, strict=True) for one in run[cut:]]
        return [piece for piece in (first, second) if piece]

    def place(self, message: Message) -> Place:
        return self._broker.place(message.topic, message.key)

    async def _sent(self, piece: Sequence[tuple[Place, Message]]) -> ConnectionError | None:
        async def appended() -> None:
            for place, message in piece:
                record = self._broker.append(place, message.key.encode(), message.value, message.headers)
                self._wire.history.note(self._wire.name, "published", record, message.key, kind_of(message))

        try:
            await self._wire.call("publish", appended)
        except ConnectionError as error:
            return error
        return None


def kind_of(message: Message) -> str:
    head = dict(message.headers)
    type_, number = (head.get(name) or b"" for name in ("ce_type", "ce_sequence"))
    return f"{type_.decode().removeprefix('tsunagu.')} {number.decode()}"
