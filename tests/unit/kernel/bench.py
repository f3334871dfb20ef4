"""Where the kernel is tested: broker, database and clock in memory, and records as Kafka would bring them."""

from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from shared.events.base import Command, Event
from shared.kernel.document import Answer, Document
from shared.kernel.kernel import Kernel
from shared.kernel.memory import MemoryBus, MemoryStore
from shared.kernel.record import RELEASE, REPAIR, TICK, Message, Place, Record, encode, envelope
from shared.seal import KeySet, Seals, new_key
from tests.unit.kernel.counter import COMMANDS, COUNTER, SERVICE, SUBSCRIPTIONS, SUMS, TOTALS, Add

START = datetime(2025, 12, 1, 9, tzinfo=UTC)
KEY = "counter-1"


class HandClock:
    """Stands still until it is set forward."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


KERNELS = count()
"""So that no id of one is another's."""


class NumberIds:
    def __init__(self, prefix: str = "rev") -> None:
        self._prefix, self._last = prefix, 0

    def new(self) -> str:
        self._last += 1
        return f"{self._prefix}-{self._last}"


class Tally:
    """shared.kernel.ports.Counter."""

    def __init__(self) -> None:
        self.counts: Counts[str] = Counts()

    def add(self, what: str, n: int = 1, **labels: str) -> None:
        self.counts[":".join([what, *labels.values()])] += n


KEYS = KeySet([new_key()])


@cache
def seals() -> Seals:
    return Seals(KEYS, b"k" * 32)


@dataclass
class Bench:
    bus: MemoryBus = field(default_factory=MemoryBus)
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: HandClock = field(default_factory=HandClock)
    tally: Tally = field(default_factory=Tally)
    answers: list[tuple[str, Answer]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    offsets: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def kernel(self, *, cluster: str = "c1", decider: Any = COUNTER, store: Any = None, **more: Any) -> Kernel:
        kernel = Kernel(
            SERVICE, cluster, SUBSCRIPTIONS, {"counter": decider}, self.bus, store or self.store, self.clock,
            NumberIds(f"rev-{next(KERNELS)}"), seals(), self.tally,
            on_answer=lambda _key, id, answer: self.answers.append((id, answer)),
            on_error=lambda key, _error: self.errors.append(key), **more,
        )  # fmt: skip
        kernel.confirm({Place(SUMS, 0): 0, Place(COMMANDS, 0): 0})
        return kernel

    async def deliver(self, kernel: Kernel, *records: Record) -> None:
        """As the reader does: the batch, then the commit."""
        await kernel.process(records)
        kernel.confirm({record.place: record.offset + 1 for record in records})

    def event(self, number: int, sequence: int, *, key: str = KEY, source: str = "a") -> Record:
        return self.raw(SUMS, key, Add(number=number), ce_source=source, ce_sequence=str(sequence))

    def command(self, command: Command, id: str, *, key: str = KEY, origin: str = "") -> Record:
        return self.raw(COMMANDS, key, command, ce_id=id, ce_origin=origin)

    def tick(self, key: str = KEY) -> Record:
        return self._record(COMMANDS, key, b"{}", {"ce_type": TICK, "ce_id": f"tick:{key}"})

    def release(self, key: str = KEY) -> Record:
        return self._record(COMMANDS, key, b"{}", {"ce_type": RELEASE, "ce_id": "release"})

    def repair(self, key: str = KEY) -> Record:
        return self._record(COMMANDS, key, b"{}", {"ce_type": REPAIR, "ce_id": "repair"})

    def raw(self, topic: str, key: str, said: Event | Command, **changed: str) -> Record:
        """A record with a whole envelope, and what of it is to be different."""
        value = encode(said.model_dump(mode="json"))
        return self._record(topic, key, value, {"ce_type": said.type, **changed})

    def _record(self, topic: str, key: str, value: bytes, changed: dict[str, str]) -> Record:
        whole = envelope(id="e", source="s", type="t", time=START.isoformat())
        head = {name: (content or b"").decode() for name, content in whole} | changed
        offset = self.offsets[topic]
        self.offsets[topic] += 1
        headers = [(name, content.encode()) for name, content in head.items()]
        return Record(Place(topic, 0), offset, key.encode(), value, headers)

    async def document(self, key: str = KEY) -> Document:
        return (await self.store.load([key]))[key]

    async def state(self, key: str = KEY) -> dict[str, Any]:
        return (await self.document(key)).state

    async def stored(self, command: str, key: str = KEY) -> Answer | None:
        return await self.store.answer(key, command)

    def totals(self) -> list[tuple[str, int]]:
        """(id, sequence) of each total told, as often as it was."""
        heads = [dict(message.headers) for message in self.bus.topics[TOTALS]]
        return [((h["ce_id"] or b"").decode(), int(h["ce_sequence"] or b"0")) for h in heads]

    def dead(self) -> list[dict[str, str]]:
        """Headers of the dead letters."""
        return [heads_of(message) for message in self.bus.topics[f"{SERVICE}.dead-letters"]]

    def journalled(self) -> Sequence[Message]:
        return self.bus.topics[f"{SERVICE}.journal"]


def heads_of(message: Message) -> dict[str, str]:
    return {name.removeprefix("ce_"): (value or b"").decode() for name, value in message.headers}
