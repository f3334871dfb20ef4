"""Cases and supporters that talk with each other, in any order their streams allow; people around them."""

from collections import defaultdict, deque
from random import Random
from typing import Any

from services.matching.domain.case import CASE
from services.matching.domain.commands import AskAgain, Assign, Close, Enrol, Erase, Profile
from services.matching.domain.supporter import SUPPORTER
from shared.events.cases import CaseErased, CaseWithdrawn
from shared.events.hold_answers import HoldGranted, HoldLost, HoldRefused
from shared.events.holds import HoldEvent
from shared.events.offers import OfferConfirmed, OfferMade
from shared.events.responses import ActivityReported, DeliveryFailed, DroppedOut, OfferAccepted, OfferDeclined
from shared.events.roster import SupporterSnapshot
from tests.unit.given import given
from tests.unit.samples import SEALED, accepted, amended

CASES = [f"case-{n}" for n in range(4)]
PEOPLE = [f"supporter-{n}" for n in range(3)]
CAPACITY = 2


class Network:
    """Between two documents messages keep their order; nothing else does. The roster is seen late, too."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.view: dict[str, SupporterSnapshot] = {}
        self.documents = {key: given(CASE, key=key, view=self.view) for key in CASES}
        self.documents |= {key: given(SUPPORTER, key=key) for key in PEOPLE}
        self.streams: dict[tuple[str, str], deque[Any]] = defaultdict(deque)
        self.by_coordinator: set[tuple[str, str]] = set()
        for person in PEOPLE:
            profile = Profile(languages=("vi",), municipality="08220", capacity=CAPACITY, contact=SEALED)
            self.tell("roster", person, Enrol(profile=profile, content="1"))
        for case in CASES:
            self.tell("intake", case, accepted(case=case))
        self.settle()

    def tell(self, source: str, key: str, what: Any) -> None:
        self.streams[source, key].append(what)

    def step(self) -> bool:
        """One message arrives; False when there is none."""
        waiting = [stream for stream, messages in self.streams.items() if messages]
        if not waiting:
            return False
        source, key = self.chance.choice(waiting)
        message = self.streams[source, key].popleft()
        if key == "view":
            self.view[source] = message
        elif key in self.documents:
            for event in self.documents[key].when(message).happened:
                self._passed_on(key, event)
        return True

    def settle(self) -> None:
        while self.step():
            pass

    def _passed_on(self, source: str, event: Any) -> None:
        match event:
            case HoldEvent():
                self.tell(source, event.supporter, event)
            case HoldGranted() | HoldRefused() | HoldLost():
                self.tell(source, event.case, event)
            case SupporterSnapshot():
                self.tell(source, "view", event)
            case OfferMade():
                self._answer(event, (OfferAccepted, {}), (OfferDeclined, {"reason": "no_time"}),
                             (DeliveryFailed, {"kind": "offer", "reason": "refused"}))  # fmt: skip
            case OfferConfirmed():
                self._answer(event, (ActivityReported, {"minutes": 30, "outcome": "resolved"}),
                             (DroppedOut, {"reason": "ill"}))  # fmt: skip

    def _answer(self, offer: Any, *answers: tuple[type[Any], dict[str, Any]]) -> None:
        """One of the answers, or none."""
        if self.chance.random() < 0.7:
            kind, said = self.chance.choice(answers)
            answer = kind(case=offer.case, supporter=offer.recipient, number=offer.number, **said)
            self.tell(f"notify {offer.recipient}", offer.case, answer)

    def interfere(self) -> None:
        """Time, the partner, or a coordinator."""
        case = self.chance.choice(CASES)
        what = self.chance.choice(
            ["time", "time", "amend", "withdraw", "assign", "again", "close", "erase", "erase supporter"]
        )
        person = self.chance.choice(PEOPLE)
        match what:
            case "time":
                for event in self.documents[case].later(hours=30).happened:
                    self._passed_on(case, event)
            case "amend":
                self.tell("intake", case, amended(case=case, urgency="soon"))
            case "withdraw" if self.chance.random() < 0.3:
                self.tell("intake", case, CaseWithdrawn(case=case, reason="not_needed"))
            case "erase" if self.chance.random() < 0.3:
                self.tell("intake", case, CaseErased(case=case))
            case "erase supporter" if self.chance.random() < 0.3:
                self.tell("desk", person, Erase())
            case "assign":
                self.by_coordinator.add((person, case))
                self.tell("desk", case, Assign(supporter=person))
            case "again":
                self.tell("desk", case, AskAgain())
            case "close" if self.chance.random() < 0.3:
                self.tell("desk", case, Close(reason="other"))

    def holds(self) -> set[tuple[str, str, int]]:
        """(supporter, case, number): the places that supporters keep."""
        return {
            (person, case, number) for person in PEOPLE for case, number in self.documents[person].state.holds.items()
        }

    def needed(self) -> set[tuple[str, str, int]]:
        """The places that open offers and assignments need."""
        return {
            (person, key, offer.number)
            for key in CASES
            if self.documents[key].state.status != "closed"
            for person, offer in self.documents[key].state.offers.items()
            if offer.state in ("offered", "accepted")
        }
