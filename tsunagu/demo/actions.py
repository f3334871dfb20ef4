"""What people of the demo do: one small value for each thing, with the moment at which they do it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.events.responses import DeclineReason, Outcome


@dataclass(frozen=True, slots=True)
class Action:
    """Something that somebody does at a moment."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Accept(Action):
    kind: Literal["accept"] = "accept"


@dataclass(frozen=True, slots=True)
class Decline(Action):
    reason: DeclineReason
    pause_days: int = 0
    kind: Literal["decline"] = "decline"


@dataclass(frozen=True, slots=True)
class Report(Action):
    minutes: int
    outcome: Outcome
    kind: Literal["report"] = "report"


@dataclass(frozen=True, slots=True)
class DropOut(Action):
    reason: DeclineReason
    kind: Literal["drop_out"] = "drop_out"


@dataclass(frozen=True, slots=True)
class Resume(Action):
    """The network shall ask again."""

    kind: Literal["resume"] = "resume"


@dataclass(frozen=True, slots=True)
class GiveUp(Action):
    """The case ends unserved, for the reason it was escalated for."""

    reason: str
    kind: Literal["give_up"] = "give_up"
