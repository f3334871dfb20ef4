"""Of who reads, and of when a batch is committed."""

from collections.abc import Sequence
from typing import Any
from unittest import mock

from shared.errors import BadRecord
from shared.kernel.member import Member
from shared.kernel.record import Place, Record, decode_headers
from tests.delivery.sim.consumer import Consumer
from tests.delivery.sim.plants.planting import plant
from tests.delivery.sim.world import World


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
