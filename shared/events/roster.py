"""`roster` (compacted): who may be asked, one snapshot per supporter, written by matching, keyed by supporter."""

from typing import ClassVar

from pydantic import Field

from shared.events.base import Code, Event, Key, Moment, Route, Sealed
from shared.events.referrals import Language, Municipality

TOPIC = "roster"


class SupporterSnapshot(Event):
    """A supporter as last known. `contact` is sealed, for notify alone; `speaks_to` is the language to write to them in.

    `capacity`: cases at a time; `load`: holds and assignments now; `asked_at`: when last asked; `assigned`: cases ever.
    """

    type: ClassVar[str] = "tsunagu.roster.snapshot.v1"

    supporter: Key
    languages: tuple[Language, ...]
    speaks_to: Language = "ja"
    municipality: Municipality
    categories: tuple[Code, ...] = ()
    licences: tuple[Code, ...] = ()
    capacity: int = Field(ge=0, le=100)
    max_distance_km: int = Field(default=30, ge=0, le=200)
    active: bool = True
    paused_until: Moment | None = None
    load: int = 0
    assigned: int = 0
    asked_at: Moment | None = None
    contact: Sealed

    def route(self) -> Route:
        return Route(TOPIC, self.supporter)


EVENTS = (SupporterSnapshot,)
