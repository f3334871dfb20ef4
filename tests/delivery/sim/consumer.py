"""A consumer of one process: shared.kernel.member.Partitions, and the loop that fetches, as FastStream has it."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from shared.kernel.member import Member
from shared.kernel.record import Place, Record
from tests.delivery.sim.broker import Broker
from tests.delivery.sim.group import Group, Refused
from tests.delivery.sim.wire import Wire

MOST = 8
"""Records of one partition in a fetch, at most; how many, chance decides."""


class Consumer:
    def __init__(self, name: str, wire: Wire, broker: Broker, group: Group) -> None:
        self.name, self._wire, self._broker, self._group = name, wire, broker, group
        self._positions: dict[Place, int] = {}
        self._generation = -1
        self._reassigning = False
        self._news = asyncio.Event()
        self.member: Member | None = None

    @property
    def answers(self) -> bool:
        return self._wire.answers

    def assignment(self) -> Collection[Place]:
        return list(self._positions)

    async def position(self, place: Place) -> int:
        if place not in self._positions:
            raise Refused(f"{place} is not ours")
        return self._positions[place]

    async def committed(self, place: Place) -> int:
        async def asked() -> int:
            return self._group.committed.get(place, 0)

        while True:
            try:
                return await self._wire.call("committed", asked, place)
            except ConnectionError:  # the client asks again by itself
                await self._wire.pause()

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        async def told() -> None:
            self._group.commit(self.name, self._generation, offsets)

        await self._wire.call("commit", told, dict(offsets))

    def seek(self, place: Place, offset: int) -> None:
        self._positions[place] = offset
        self._news.set()

    def lag(self) -> int:
        assert self.member
        return sum(self._broker.end(place) - self.member.committed.get(place, 0) for place in self._positions)

    def owns(self, topic: str, key: str) -> bool:
        assert self.member
        return self._broker.place(topic, key) in self.member.committed

    def join(self) -> None:
        self._broker.tell({place.topic: None for place in self._group.places()}, self._news)
        self._group.join(self)

    def leave(self) -> None:
        self._broker.forget(self._news)
        self._group.leave(self.name)

    def missed(self) -> None:
        """Its session has run out, if it still does not answer."""
        self._group.missed(self.name)

    def gone(self) -> None:
        self._broker.forget(self._news)
        self._group.missed(self.name)

    async def run(self) -> None:
        """Batches, one after the other, for ever."""
        assert self.member
        while True:
            await self._wire.pause()
            if records := self._fetch():
                await self.member.take(records)
            elif self._has_all():
                self._news.clear()
                await self._news.wait()

    def _has_all(self) -> bool:
        """Not so where all that was fetched was passed over, and more lies behind it."""
        return self._reassigning or all(self._broker.end(place) <= at for place, at in self._positions.items())

    def _fetch(self) -> list[Record]:
        """Of every partition some, the partitions in any order."""
        records: list[Record] = []
        if self._reassigning:
            return records
        for place in self._wire.chance.sample(list(self._positions), len(self._positions)):
            start = self._positions[place]
            found = self._broker.logs[place][start : start + self._wire.chance.randint(1, MOST)]
            self._positions[place] = start + len(found)
            records += [record for record in found if not self._passes_over(record)]
        return records

    def _passes_over(self, record: Record) -> bool:
        """As a broken client might, seldom: the kernel never sees it, and what comes after it is committed."""
        chance, storm = self._wire.chance, self._wire.storm
        passed = chance.random() < storm.skip and ".kernel." in self._group.name and self._broker.has_follower(record)
        if passed:
            self._wire.history.note(self.name, "PASSED OVER", record)
        return passed

    def give_up(self, done: "asyncio.Future[None]") -> None:
        asyncio.get_running_loop().create_task(self._given_up(done, self._generation))

    async def _given_up(self, done: "asyncio.Future[None]", generation: int) -> None:
        """Told by a heartbeat. Until we are told otherwise the old assignment stands, but nothing more is fetched.

        `generation`: that which is to end. A client deals with one round after the other: asked while it was frozen, it
        does not give up what it has got since.
        """
        assert self.member
        await self._wire.pause()
        if self._generation != generation:
            return
        self._reassigning = True
        await self.member.revoked(list(self._positions))
        if not done.done():
            done.set_result(None)

    def own(self, places: Sequence[Place], generation: int) -> None:
        asyncio.get_running_loop().create_task(self._owned(places, generation))

    async def _owned(self, places: Sequence[Place], generation: int) -> None:
        """What is fetched may be there before the listener has been told."""
        assert self.member
        await self._wire.pause()
        if not self._group.knows(self.name, generation):
            return
        self._generation, self._reassigning = generation, False
        self._positions = {place: self._first(place) for place in places}
        self._news.set()
        await self.member.assigned(places)

    def _first(self, place: Place) -> int:
        return self._group.committed.get(place, 0)

    async def heartbeat(self) -> None:
        """After having been away: gone on without us? Then everything is given up, and we join anew."""
        assert self.member
        await self._wire.pause()
        if not self._group.knows(self.name, self._generation):
            self._wire.history.note(self.name, "finds itself left out")
            self._reassigning = True
            await self.member.revoked(list(self._positions))
            self._group.join(self)
