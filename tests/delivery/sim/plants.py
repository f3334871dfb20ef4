"""Bugs, to be planted in a run: each is what somebody might have written instead, or a part left out.

They replace pieces of the product while one seed is played; nothing in the product knows of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from services.matching import domain
from services.matching.domain.steps import assigned
from shared.errors import BadRecord
from shared.events.holds import HoldReleased
from shared.events.responses import OfferAccepted
from shared.kernel import fold as folding
from shared.kernel.batch import Batch
from shared.kernel.document import Document, to_stored
from shared.kernel.kernel import Kernel
from shared.kernel.member import Member
from shared.kernel.memory import MemoryStore
from shared.kernel.recent import RecentStore
from shared.kernel.record import Kind, Place, Record, decode_headers
from tests.delivery.sim.bus import SimulatedBus
from tests.delivery.sim.consumer import Consumer
from tests.delivery.sim.world import World

Plant = Callable[[], Sequence[Any]]
PLANTS: dict[str, Plant] = {}


def plant(made: Plant) -> Plant:
    """Its patches, under the name of the function."""
    PLANTS[made.__name__] = made
    return made


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Raises KeyError for a bug that there is not; '' is none."""
    with ExitStack() as stack:
        for patch in PLANTS[name]() if name else ():
            stack.enter_context(patch)
        yield


def _member(whole: Any) -> Sequence[Any]:
    """Batches one after the other, each done with so."""
    return [mock.patch.object(Member, "_whole", whole), mock.patch.object(World, "GEARS", (1,))]


@plant
def auto_commit() -> Sequence[Any]:
    """FastStream's default: committed as soon as it is fetched, whatever comes of it."""

    async def whole(self: Member, records: Sequence[Record]) -> None:
        await self._commit(records)
        try:
            await self._handle(records)
        except Exception as error:
            self._on_error(self.name, error)

    return _member(whole)


@plant
def acknowledged_on_error() -> Sequence[Any]:
    async def whole(self: Member, records: Sequence[Record]) -> None:
        try:
            await self._handle(records)
        except Exception as error:
            self._on_error(self.name, error)
        await self._commit(records)

    return _member(whole)


@plant
def manual_without_nack() -> Sequence[Any]:
    """After an error the next batch is taken, and its commit covers the one that failed."""

    async def whole(self: Member, records: Sequence[Record]) -> None:
        try:
            await self._handle(records)
            await self._commit(records)
        except Exception as error:
            self._on_error(self.name, error)

    return _member(whole)


@plant
def committed_before_its_effect() -> Sequence[Any]:
    """All errors go back, but a crash in between does not."""

    async def whole(self: Member, records: Sequence[Record]) -> None:
        try:
            if records := await self._still_ours(records):
                await self._commit(records)
                await self._handle(records)
                self._done()
        except Exception as error:
            await self._rewind(records, error)

    return _member(whole)


@plant
def a_swallowed_cancellation() -> Sequence[Any]:
    """Taken for the end of the process, which it is not."""
    proper = Member._whole

    async def whole(self: Member, records: Sequence[Record]) -> None:
        with mock.patch.object(self, "_rewind", _unless_cancelled(self._rewind)):
            await proper(self, records)

    return _member(whole)


def _unless_cancelled(rewind: Any) -> Any:
    async def rewound(records: Sequence[Record], error: BaseException) -> None:
        if "cancelled" not in str(error):
            await rewind(records, error)

    return rewound


@plant
def no_duplicate_check() -> Sequence[Any]:
    return [mock.patch.object(Document, "knows", lambda _self, _an, _cluster: False)]


@plant
def a_hole_applied() -> Sequence[Any]:
    return [mock.patch.object(Document, "misses", lambda _self, _an: False)]


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
def a_start_from_latest() -> Sequence[Any]:
    def first(self: Consumer, place: Place) -> int:
        return self._group.committed.get(place, self._broker.end(place))

    return [mock.patch.object(Consumer, "_first", first)]


@plant
def a_parser_that_decodes_headers() -> Sequence[Any]:
    """It raises before any handler can catch it, and the batch is passed over."""
    proper = Consumer._fetch

    def fetch(self: Consumer) -> list[Record]:
        records = proper(self)
        try:
            for record in records:
                decode_headers(record.headers)
        except BadRecord:
            return []
        return records

    return [mock.patch.object(Consumer, "_fetch", fetch)]


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
    """A partition that comes back finds the documents as they were when it went."""
    return [mock.patch.object(RecentStore, "forget", lambda _self: None)]


@plant
def letters_without_a_release() -> Sequence[Any]:
    """What lay aside for a stuck document is thrown away with the release, not folded."""

    async def none(self: Kernel, key: str, inputs: Any) -> list[Any]:
        return []

    return [mock.patch.object(Kernel, "_letters", none)]


def _decider(kind: str, decide: Any) -> Any:
    rules: Mapping[str, Any] = domain.DECIDERS
    return mock.patch.dict(domain.DECIDERS, {kind: replace(rules[kind], decide=decide)})


@plant
def a_hold_not_released() -> Sequence[Any]:
    """Whoever was not quick enough keeps the place."""
    proper = domain.DECIDERS["supporter"].decide

    def decide(supporter: Any, asked: Any, context: Any) -> Any:
        if isinstance(asked, HoldReleased) and asked.reason == "preempted":
            return []
        return proper(supporter, asked, context)

    return [_decider("supporter", decide)]


@plant
def two_assignments() -> Sequence[Any]:
    """Whoever accepts gets it, also after another has."""
    proper = domain.DECIDERS["case"].decide

    def decide(case: Any, asked: Any, context: Any) -> Any:
        offer = case.offers.get(asked.supporter) if isinstance(asked, OfferAccepted) else None
        if offer and offer.state in ("offered", "preempted") and case.status in ("asking", "assigned"):
            return assigned(case, context, asked.supporter, offer, by="acceptance")
        return proper(case, asked, context)

    return [_decider("case", decide)]
