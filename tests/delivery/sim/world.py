"""All of it: four services with two replicas each, everybody outside, and what befalls them, from one seed."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from shared.kernel.record import FAILS
from shared.kernel.streams import Horizon
from shared.recovery.holes import PAUSE
from tests.delivery.sim.broker import Broker
from tests.delivery.sim.history import History
from tests.delivery.sim.mail import Network
from tests.delivery.sim.partners import ORGS, Partner
from tests.delivery.sim.people import People
from tests.delivery.sim.replica import CLUSTER, Clock, Ids, Life, Stumbled
from tests.delivery.sim.store import Database
from tests.delivery.sim.wire import Storm, Wire
from tests.delivery.sim.wiring import APPS, furnish

REPLICAS = 2
SUPPORTERS = 7
QUIET_WITHIN = 30.0
"""Seconds after the last fault."""
JUST_BEGUN = 3
"""Seconds for what is in hand just then."""
LONGEST_HOLE = 1200.0
"""Seconds: who dies within a minute looks a minute again."""


HOUR = 3600
SHORT = 40 * 60
LONG = 5 * HOUR
"""Seconds: more than the longest hole, and where clocks differ, twice as much as they do."""
FEW = 10
"""Streams: more than a case has in intake, whose partners are promised that its numbers go on."""


class Tally:
    """shared.kernel.ports.Counter."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, what: str, n: int = 1, **labels: str) -> None:
        self.counts[what] += n


class World:
    """`GEARS`: how many batches of a service may be on their way at once. `ending`: nobody outside does anything any more.
    `ended`: when that was, `took`: seconds since the last fault. `silence`: after which a stream may be forgotten.
    """

    GEARS = (1, 3)

    def __init__(self, seed: int, events: int) -> None:
        self.seed, self.events = seed, events
        self.chance = Random(seed)
        self.history, self.tally, self.storm, self.ids = History(), Tally(), Storm(), Ids()
        self.broker = Broker(ORGS, self.history, idempotent=self.chance.random() < 0.5)
        self.databases = {name: Database(partial(self._stuck, name)) for name in APPS}
        clock = Clock(timedelta())
        self.people = People(self, Random(f"{seed} people"), clock)
        self.partners = [Partner(org, self.broker, clock, Random(f"{seed} {org}")) for org in ORGS]
        self.network = Network(self.people.got)
        self.replicas: dict[tuple[str, int], Life] = {}
        self.silences = Random(f"{seed} silences")
        self.silence = LONG if seed % 4 else SHORT
        self.erases = seed % 4 == 3
        self.skews = {(name, number): self._skew() for name in APPS for number in range(REPLICAS)}
        self.depths = {name: self.chance.choice(self.GEARS) for name in APPS}
        self.births: Counter[tuple[str, int]] = Counter()
        self.errors: list[str] = []
        self.ending = False
        self.ended = self.took = 0.0
        self._tasks: list[asyncio.Task[Any]] = []

    def _skew(self) -> timedelta:
        drawn = self.chance.choice((0, 0, 0, 60, -60))
        return timedelta(minutes=drawn if self.silence > SHORT else 0)

    async def run(self) -> None:
        for name, number in self.skews:
            self.start(name, number)
        for number in range(SUPPORTERS):
            self.people.enrol(f"S{number}")
        await self._live()
        await self._end()

    def horizon(self, service: str) -> Horizon:
        return Horizon(self.silence, FEW if service == "intake" else 0)

    def lives(self, service: str) -> list[Life]:
        return [life for (name, _), life in self.replicas.items() if name == service and not life.wire.dead]

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work))

    def start(self, name: str, number: int) -> None:
        slot = (name, number)
        self.births[slot] += 1
        life_name = f"{name}-{number}.{self.births[slot]}"
        wire = Wire(life_name, self.storm, self.chance, self.history, lambda: self._died(slot))
        life = Life(
            life_name,
            APPS[name],
            wire,
            self.broker,
            self.databases[name],
            Clock(self.skews[slot]),
            self.ids,
            self,
            self.depths[name],
        )
        self.replicas[slot] = life
        self.history.note(life_name, "START")
        furnish(life)

    def _died(self, slot: tuple[str, int]) -> None:
        """A supervisor starts it again, sometimes at once, sometimes long after."""
        self.replicas[slot].end()
        later = 1.0 if self.ending else self.chance.expovariate(1 / 5)
        asyncio.get_running_loop().call_later(later, self.start, *slot)

    def failed(self, service: str, key: str, error: BaseException) -> None:
        """What nobody planted is a fault of ours."""
        if not isinstance(error, Stumbled) and FAILS not in str(error):
            self.errors.append(f"{service} {key} stuck: {error!r}")

    def _stuck(self, service: str, key: str) -> None:
        self.begin(self._release(service, key))

    async def _release(self, service: str, key: str) -> None:
        """The operator sees it on a page, some time."""
        await asyncio.sleep(self.chance.uniform(0, 10))
        self.people.release(service, key)

    async def _live(self) -> None:
        """Busy minutes, with hours between them in which time does its part."""
        while self.happened() < self.events:
            for _ in range(self.chance.randint(3, 10)):
                self._act()
                await asyncio.sleep(self.chance.expovariate(1 / 2) + self._silence())
            if self.chance.random() < 0.4:
                await asyncio.sleep(self.chance.choice((60, 1_000, 10_000, 50_000)) * self.chance.random())

    def _silence(self) -> float:
        """Seconds; where streams are soon forgotten, now and then so long that they are."""
        longer = self.silence == SHORT and self.silences.random() < 0.4
        return self.silences.uniform(0.5, 2.5) * SHORT if longer else 0.0

    def happened(self) -> int:
        """Events, commands and partners' records that were written, repeats too."""
        groups = [group for name, group in self.broker.groups.items() if not name.endswith(f".mail.{CLUSTER}")]
        return sum(self.broker.end(place) for place in {place: None for group in groups for place in group.places()})

    def _act(self) -> None:
        if self.erases and self.silences.random() < 0.05:
            self.people.erase()
        drawn = self.chance.random()
        if drawn < 0.75:
            self.chance.choice(self.partners).act()
        elif drawn < 0.82:
            self.people.coordinate()
        elif drawn < 0.85:
            self.people.rest()
        else:
            self._befall()

    def _befall(self) -> None:
        slot = self.chance.choice(list(self.replicas))
        life = self.replicas[slot]
        if life.wire.dead:
            return
        drawn = self.chance.random()
        if drawn < 0.5:
            life.freeze(self.chance.uniform(1, 25))
        elif drawn < 0.75:
            self.history.note(life.name, "KILLED")
            life.wire.crash()
        else:
            self.begin(self._restart(slot, life))

    async def _restart(self, slot: tuple[str, int], life: Life) -> None:
        self.history.note(life.name, "SIGTERM")
        await life.stop()
        if self.replicas[slot] is life:
            self._died(slot)

    async def _end(self) -> None:
        """The last fault is over: all must be done within half a minute."""
        self.ending = True
        self.storm.skip = 0.0
        await self._mended()
        self.storm.over()
        for life in self.replicas.values():
            life.wire.thaw()
        self.history.note("world", "LAST FAULT")
        last = asyncio.get_running_loop().time()
        await self._quiet(QUIET_WITHIN)
        self.ended = asyncio.get_running_loop().time()
        self.took = self.ended - last
        self.history.note("world", "END", f"lag {self.broker.lag()}")

    async def _quiet(self, within: float) -> None:
        """What the faults have left must be done by then. What a timer has begun in the last second has a moment more."""
        await asyncio.sleep(within - 1.0)
        calm = not self.broker.lag()
        await asyncio.sleep(1.0)
        for _ in range(JUST_BEGUN):
            if calm and self.broker.lag():
                await asyncio.sleep(1.0)

    async def _mended(self) -> None:
        """What was passed over comes back after a minute or more, which is none of the half minute after the last fault."""
        waited = 0.0
        while waited < LONGEST_HOLE and self.counts()["PASSED"] and (self.broker.lag() or self._holes()):
            waited += PAUSE
            await asyncio.sleep(PAUSE)

    def _holes(self) -> bool:
        return any(database.missing for database in self.databases.values())

    def counts(self) -> Counter[str]:
        """What befell the run, to tell whether seeds reach what they are for."""
        whats = Counter(what.split()[0] for _, _, what, _ in self.history.lines if what[:2].isupper())
        return whats + self.tally.counts + Counter(BEGUN=sum(map(_begun_anew, self.databases.values())))


def _begun_anew(database: Database) -> int:
    """Streams that had been forgotten by who tells them, and go on as others."""
    return sum(event.get("began", 0) > 0 for entry in database.entries.values() for event in entry.events)
