"""Of what the kernel keeps and tells."""

from collections.abc import Sequence
from typing import Any
from unittest import mock

from shared.kernel import fold as folding
from shared.kernel.batch import Batch
from shared.kernel.document import Document, to_stored
from shared.kernel.kernel import Kernel
from shared.kernel.loading import Loader
from shared.kernel.memory import MemoryStore
from shared.kernel.record import Kind, Place, Record
from shared.kernel.step import World
from shared.kernel.streams import Sent, Streams
from shared.kernel.sweeper import Sweeper
from shared.recovery.holes import Repair
from tests.delivery.sim.bus import SimulatedBus
from tests.delivery.sim.consumer import Consumer
from tests.delivery.sim.plants.planting import plant

MORE = 15
"""Times as many records passed over."""


@plant
def no_duplicate_check() -> Sequence[Any]:
    return [mock.patch.object(Document, "knows", lambda _self, _an, _cluster, _recalled: False)]


@plant
def a_hole_applied() -> Sequence[Any]:
    return [mock.patch.object(Document, "misses", lambda _self, _an, _recalled: False)]


@plant
def a_hole_left_open() -> Sequence[Any]:
    """Nobody reads again what was passed over."""

    async def nothing(_self: Repair) -> None:
        pass

    return [mock.patch.object(Repair, "round", nothing)]


@plant
def no_republishing() -> Sequence[Any]:
    """What was decided just now is told; what an earlier attempt decided is thought to be out."""

    def fresh(batch: Batch) -> list[Any]:
        return [entry for folded in batch.settled.values() for entry in folded.fresh]

    return [mock.patch.object(Batch, "entries", fresh)]


@plant
def an_outbox_trimmed_too_early() -> Sequence[Any]:
    """Once its record was read, instead of once it is committed."""
    return [mock.patch.object(folding, "_is_out", lambda cause, world: cause.cluster == world.cluster)]


@plant
def no_guard() -> Sequence[Any]:
    async def write(self: MemoryStore, documents: Sequence[tuple[str, Document]]) -> set[str]:
        for _, document in documents:
            self.documents[document.key] = to_stored(document)
        return set()

    return [mock.patch.object(MemoryStore, "write", write)]


@plant
def published_without_a_key() -> Sequence[Any]:
    """A producer that spreads its records over the partitions."""

    def place(self: SimulatedBus, message: Any) -> Place:
        count = self._broker.partitions[message.topic]
        return Place(message.topic, self._wire.chance.randrange(count))

    return [mock.patch.object(SimulatedBus, "place", place)]


@plant
def a_command_folded_twice_in_one_batch() -> Sequence[Any]:
    """What is known is looked up in the document as it was before the batch."""
    proper, knows = folding.fold, Document.knows

    def fold(document: Document, inputs: Any, *more: Any) -> Any:
        def known(self: Document, an: Any, cluster: str) -> bool:
            return knows(document if an.kind is Kind.COMMAND else self, an, cluster)

        with mock.patch.object(Document, "knows", known):
            return proper(document, inputs, *more)

    return [mock.patch("shared.kernel.kernel.fold", fold)]


@plant
def a_memory_that_is_not_forgotten() -> Sequence[Any]:
    """A partition that comes back finds the documents as they were when it went, and takes them for its own words."""
    return [mock.patch.object(Kernel, "begin_anew", lambda _self: None)]


@plant
def the_word_of_another_run_believed() -> Sequence[Any]:
    """A committed cause takes an entry out of the outbox whoever wrote it; where much is passed over, so that it shows."""

    passes = Consumer._passes_over

    def passes_over(self: Consumer, record: Record) -> bool:
        return any(passes(self, record) for _ in range(MORE))

    believed = mock.patch.object(World, "wrote", lambda _self, _document: True)
    return [believed, mock.patch.object(Consumer, "_passes_over", passes_over)]


@plant
def nobody_looks_at_what_is_due() -> Sequence[Any]:
    async def none(_self: Sweeper) -> int:
        return 0

    return [mock.patch.object(Sweeper, "sweep", none)]


@plant
def letters_without_a_release() -> Sequence[Any]:
    """What lay aside for a stuck document is thrown away with the release, not folded."""

    async def none(_self: Loader, _key: str) -> list[Any]:
        return []

    return [mock.patch.object(Loader, "letters", none)]


@plant
def letters_thrown_away_before_they_are_folded() -> Sequence[Any]:
    """Whoever dies in between leaves a stuck document's inputs nowhere."""
    proper = Kernel.write

    async def write(self: Kernel, batch: Batch) -> None:
        for key in batch.taking_up:
            await self.store.discard(await self.store.letters(key))
        await proper(self, batch)

    return [mock.patch.object(Kernel, "write", write)]


@plant
def a_forgotten_stream_taken_for_a_new_one() -> Sequence[Any]:
    """What was heard on it is applied once more, and what follows is taken for what is ahead of a hole."""
    return [mock.patch.object(Streams, "doubts", lambda _self, _sequence, _time: False)]


@plant
def a_forgotten_stream_told_under_its_old_name() -> Sequence[Any]:
    """Whoever reads it knows these numbers."""

    def next(self: Streams, route: str, _position: int) -> Sent:
        last = self.lately.sent.get(route) or self.earlier.sent.get(route) or Sent(0)
        return Sent(last.number + 1)

    return [mock.patch.object(Streams, "next", next)]
