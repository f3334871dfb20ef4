"""`matches`: who was asked for a case and how it went, written by matching, keyed by case."""

from typing import ClassVar, Literal

from pydantic import Field

from shared.events.base import Code, Event, Frozen, Key, Moment, Route

TOPIC = "matches"


class Score(Frozen):
    """Why this supporter: parts between 0 and 1, and their weighted total."""

    language: float = 0
    distance: float = 0
    fairness: float = 0
    load: float = 0
    total: float = 0


class MatchEvent(Event):
    case: Key

    def route(self) -> Route:
        return Route(TOPIC, self.case)


class Offered(MatchEvent):
    type: ClassVar[str] = "tsunagu.match.offered.v1"

    supporter: Key
    wave: int = Field(ge=1)
    score: Score
    expires_at: Moment


class Declined(MatchEvent):
    type: ClassVar[str] = "tsunagu.match.declined.v1"

    supporter: Key
    reason: Code


class Expired(MatchEvent):
    type: ClassVar[str] = "tsunagu.match.expired.v1"

    supporter: Key


class Assigned(MatchEvent):
    type: ClassVar[str] = "tsunagu.match.assigned.v1"

    supporter: Key
    by: Literal["acceptance", "coordinator"] = "acceptance"


TAKEN_BACK = ("amended", "reassigned", "supporter_erased")
"""Why an assignment ended that its supporter had not let go of."""


class Released(MatchEvent):
    """The assignment ended before the work was done. `reason`: `amended`, `reassigned` or `supporter_erased`, where it was
    taken back; else why the supporter has let go of it.
    """

    type: ClassVar[str] = "tsunagu.match.released.v1"

    supporter: Key
    reason: Code


class Completed(MatchEvent):
    """The assigned supporter's report ended the case."""

    type: ClassVar[str] = "tsunagu.match.completed.v1"

    supporter: Key
    outcome: Code
    minutes: int = Field(ge=0)


class Escalated(MatchEvent):
    """Nobody is left to ask: a coordinator decides."""

    type: ClassVar[str] = "tsunagu.match.escalated.v1"

    reason: Code


class Resumed(MatchEvent):
    """A coordinator had the network ask again."""

    type: ClassVar[str] = "tsunagu.match.resumed.v1"


class Unserved(MatchEvent):
    """A coordinator gave the case up; `reason` is the one it was escalated for."""

    type: ClassVar[str] = "tsunagu.match.unserved.v1"

    reason: Code


EVENTS = (Offered, Declined, Expired, Assigned, Released, Completed, Escalated, Resumed, Unserved)
