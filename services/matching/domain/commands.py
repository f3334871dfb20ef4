"""What coordinators, and the roster's import, can ask of a case or a supporter."""

from typing import ClassVar

from pydantic import Field

from shared.events.base import Code, Command, Frozen, Key, Moment, Sealed, Token
from shared.events.referrals import Language, Municipality

CAPACITY = 100
"""Cases at once, at most."""
FAR = 200
"""Kilometres, at most."""
NOBODY = "nobody"


class Profile(Frozen):
    """Who a supporter is to matching: never a name. `contact` is sealed, for notify alone."""

    languages: tuple[Language, ...] = Field(min_length=1)
    speaks_to: Language = "ja"
    municipality: Municipality
    categories: tuple[Code, ...] = ()
    licences: tuple[Code, ...] = ()
    capacity: int = Field(ge=0, le=CAPACITY)
    max_distance_km: int = Field(default=30, ge=0, le=FAR)
    active: bool = True
    contact: Sealed


class Enrol(Command):
    """A row of the roster. `content`: keyed hash of the row, so that the same row again changes nothing."""

    type: ClassVar[str] = "tsunagu.matching.enrol.v1"

    profile: Profile
    content: Token


class Pause(Command):
    """Not to be asked until then; a time in the past ends a pause."""

    type: ClassVar[str] = "tsunagu.matching.pause.v1"

    until: Moment


class Erase(Command):
    """The supporter's key has been destroyed: they are asked no more, and what they hold is given back."""

    type: ClassVar[str] = "tsunagu.matching.erase.v1"


class Decided(Command):
    """`seen`: who had the case on the page that it was decided on, or NOBODY; None: not told."""

    seen: Token | None = None


class Assign(Decided):
    """At once, by a coordinator who has spoken with the supporter."""

    type: ClassVar[str] = "tsunagu.matching.assign.v1"

    supporter: Key


class AskAgain(Command):
    """Ask again, also those who were asked before, but for who dropped out."""

    type: ClassVar[str] = "tsunagu.matching.ask-again.v1"


class Close(Decided):
    """Nobody can serve it."""

    type: ClassVar[str] = "tsunagu.matching.close.v1"

    reason: Code


COMMANDS = (Enrol, Pause, Erase, Assign, AskAgain, Close)
