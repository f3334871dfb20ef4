"""People: supporters who answer their mail, coordinators, and an operator who releases what is stuck."""

import asyncio
from dataclasses import dataclass, field
from email.message import Message
from random import Random
from typing import Any, get_args

from services.intake.domain.commands import Erase as EraseCase
from services.matching.domain.commands import AskAgain, Assign, Close, Enrol, Erase, Pause, Profile
from services.notify.domain.commands import Accept, Decline, DropOut, Report
from shared.access import COMMANDS, Actor, Role
from shared.events.base import Command
from shared.events.responses import DeclineReason
from shared.kernel.document import Answer
from shared.kernel.record import RELEASE, envelope
from tests.delivery.sim.partners import LANGUAGES, PLACES
from tests.delivery.sim.replica import START, Clock

PATIENCE = 5.0
"""Seconds after which a browser gives up, and its user presses the button again."""
SEALED = "e.e.e.e.e"


@dataclass
class Asked:
    """A command, however often it was sent. `answers`: position and refusal, each time."""

    key: str
    answers: list[tuple[int, str | None]] = field(default_factory=list)


@dataclass
class People:
    """`world` has the processes that answer requests. `mails`: ids of what the mail server took."""

    world: Any
    chance: Random
    clock: Clock
    enrolled: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    asked: dict[str, Asked] = field(default_factory=dict)
    acts: int = 0

    def enrol(self, name: str, turn: int = 0) -> None:
        spoken = tuple(self.chance.sample(LANGUAGES, self.chance.randint(1, 2)))
        profile = Profile(
            languages=spoken, speaks_to=spoken[0], municipality=self.chance.choice(PLACES),
            capacity=self.chance.randint(1, 2), max_distance_km=200, contact=SEALED,
            licences=("lawyer",) if self.chance.random() < 0.3 else (), active=turn == 0 or self.chance.random() < 0.9,
        )  # fmt: skip
        self.enrolled.append(f"supporter-{name}")
        self.ask("matching", f"supporter-{name}", Enrol(profile=profile, content=str(turn)), f"enrol-{name}-{turn}")

    def got(self, mail: Message) -> None:
        """A mail has come: mostly it is answered soon, sometimes late, twice or never."""
        id_ = str(mail["Message-ID"])
        self.mails.append(id_)
        self.world.history.note("mailbox", "got", id_, mail["X-Tsunagu-Kind"])
        if self.world.ending or self.chance.random() < 0.1:
            return
        supporter, case, kind = str(mail["To"]).split("@")[0], str(mail["X-Tsunagu-Case"]), mail["X-Tsunagu-Kind"]
        number = int(id_.split(".")[1])
        late = self.chance.expovariate(1 / 20) if self.chance.random() < 0.8 else self.chance.uniform(0, 100_000)
        asyncio.get_running_loop().call_later(late, self._answer, supporter, case, number, str(kind))

    def _answer(self, supporter: str, case: str, number: int, kind: str) -> None:
        if self.world.ending:
            return
        offer = {"case": case, "number": number}
        drawn = self.chance.random()
        command: Command | None = None
        if kind == "offer":
            pause = self.chance.choice((0, 0, 0, 2))
            declined = Decline(**offer, reason=self.chance.choice(get_args(DeclineReason)), pause_days=pause)
            command = Accept(**offer) if drawn < 0.7 else declined
        elif kind in ("confirmed", "reminder"):
            dropped = DropOut(**offer, reason="ill")
            command = dropped if drawn < 0.25 else Report(**offer, minutes=int(drawn * 100), outcome="resolved")
        if command:
            self.acts += 1
            self.ask("notify", supporter, command, f"{supporter}-{self.acts}")

    def coordinate(self) -> None:
        """Somebody at the desk does something about a case, wise or not."""
        documents = self.world.databases["matching"].documents
        cases = [key for key in documents if key.startswith("case-")]
        waiting = [key for key in cases if documents[key]["state"].get("status") == "escalated"]
        if not cases:
            return
        self.acts += 1
        case, drawn = self.chance.choice(waiting or cases), self.chance.random()
        command: Command = AskAgain() if drawn < 0.4 else Close(reason="all_declined")
        if drawn < 0.8 and drawn >= 0.4:
            command = Assign(supporter=self.chance.choice(self.enrolled))
        self.ask("matching", case, command, f"desk-{self.acts}")

    def rest(self) -> None:
        """A supporter is paused, or enrolled again with another profile."""
        self.acts += 1
        supporter = self.chance.choice(self.enrolled)
        if self.chance.random() < 0.5:
            self.ask("matching", supporter, Pause(until=self.clock.now()), f"pause-{self.acts}")
        else:
            self.enrol(supporter.removeprefix("supporter-"), self.acts)

    def erase(self) -> None:
        """Somebody's key has been destroyed, a resident's or a supporter's; again, too."""
        self.acts += 1
        cases = sorted(self.world.databases["intake"].documents)
        if cases and self.chance.random() < 0.5:
            self.ask("intake", self.chance.choice(cases), EraseCase(), f"erase-{self.acts}")
        else:
            self.ask("matching", self.chance.choice(self.enrolled), Erase(), f"erase-{self.acts}")

    def ask(self, service: str, key: str, command: Command, id: str) -> None:
        self.world.begin(self._asking(service, key, command, id))

    async def _asking(self, service: str, key: str, command: Command, id: str) -> None:
        """Under the same id until there is an answer; now and then once more."""
        asked = self.asked.setdefault(id, Asked(key))
        by = Actor(min(COMMANDS[command.type]), "simulated")
        wanted = 1 + (self.chance.random() < 0.2)
        while len(asked.answers) < wanted:
            answer = await self._try(service, key, command, id, by)
            if answer:
                asked.answers.append((answer.position, answer.refused))
            await asyncio.sleep(self.chance.random())

    async def _try(self, service: str, key: str, command: Command, id: str, by: Actor) -> Answer | None:
        life = self.chance.choice(self.world.lives(service) or [None])
        if life is None:
            return None
        try:
            asking = life.commands.ask(key, command, id, by, adapter="http")
            return await asyncio.wait_for(asking, PATIENCE)  # type: ignore[no-any-return]
        except (ConnectionError, TimeoutError):
            return None

    def release(self, service: str, key: str) -> None:
        """The operator's word."""
        head = envelope(id=f"release-{key}-{self.chance.random()}", source="/operator", type=RELEASE,
                        time=START.isoformat(), actor=str(Actor(Role.OPERATOR, "o")))  # fmt: skip
        self.world.history.note("operator", "releases", service, key)
        self.world.broker.append(self.world.broker.place(f"{service}.commands", key), key.encode(), b"{}", head)
