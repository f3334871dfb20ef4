"""The broker's side of a consumer group: who is in it, who owns what, what is committed."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from shared.kernel.record import Place
from tests.delivery.sim.history import History

SESSION = 6.0
"""Seconds after which a member that does not answer is given up."""
SETTLING = 0.05
"""Seconds in which others who want to join may do so."""


class Seat(Protocol):
    """A member as the group knows it. `give_up` sets the future once nothing of the old assignment is in hand."""

    name: str

    @property
    def answers(self) -> bool: ...

    def give_up(self, done: "asyncio.Future[None]") -> None: ...

    def own(self, places: Sequence[Place], generation: int) -> None: ...


class Refused(Exception):
    """The group has gone on without whoever wanted to commit."""


class Group:
    """`generation`: rises with every assignment; whoever was left out commits nothing any more."""

    def __init__(self, name: str, topics: Mapping[str, Sequence[Place]], history: History) -> None:
        self.name, self._topics, self._history = name, topics, history
        self.generation = 0
        self.committed: dict[Place, int] = {}
        self._seats: dict[str, Seat] = {}
        self._round: asyncio.Task[None] | None = None
        self._again = False

    def places(self) -> list[Place]:
        return [place for places in self._topics.values() for place in places]

    def join(self, seat: Seat) -> None:
        self._seats[seat.name] = seat
        self._rebalance()

    def leave(self, name: str) -> None:
        if self._seats.pop(name, None):
            self._rebalance()

    def missed(self, name: str) -> None:
        """A session has run out."""
        if name in self._seats and not self._seats[name].answers:
            self._history.note(self.name, "left behind", name)
            self.leave(name)

    def knows(self, name: str, generation: int) -> bool:
        return name in self._seats and generation == self.generation

    def commit(self, name: str, generation: int, offsets: Mapping[Place, int]) -> None:
        if not self.knows(name, generation):
            self._history.note(self.name, "commit refused", name, generation)
            raise Refused(f"{name} is not of generation {self.generation}")
        self.committed.update(offsets)

    def _rebalance(self) -> None:
        self._again = True
        if self._round is None or self._round.done():
            self._round = asyncio.get_running_loop().create_task(self._rounds())

    async def _rounds(self) -> None:
        while self._again:
            await asyncio.sleep(SETTLING)
            self._again = False
            await self._everyone_gives_up()
            self.generation += 1
            self._assign()

    async def _everyone_gives_up(self) -> None:
        """Whoever does not within a session is left out, and may go on believing in its old assignment."""
        asked = {name: asyncio.get_running_loop().create_future() for name in self._seats}
        for name, done in asked.items():
            self._seats[name].give_up(done)
        if asked:
            await asyncio.wait(asked.values(), timeout=SESSION)
        for name, done in asked.items():
            if not done.done():
                self._history.note(self.name, "left out", name)
                self._seats.pop(name, None)

    def _assign(self) -> None:
        """By range: of each topic, each member gets a run of partitions; the same numbers of each."""
        names = sorted(self._seats)
        owned: dict[str, list[Place]] = {name: [] for name in names}
        for places in self._topics.values():
            each, more = divmod(len(places), len(names) or 1)
            start = 0
            for index, name in enumerate(names):
                count = each + (index < more)
                owned[name] += places[start : start + count]
                start += count
        for name in names:
            self._history.note(self.name, "assigned", name, self.generation, *owned[name])
            self._seats[name].own(owned[name], self.generation)
