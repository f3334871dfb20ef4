"""A supporter: keeps their own capacity, so that no two cases can take the same place. decide, evolve, due."""

from datetime import datetime
from typing import Any, ClassVar

from services.matching.domain.commands import Enrol, Erase, Pause, Profile
from services.matching.policy import why_not
from shared.events import roster
from shared.events.base import Event, Frozen, Key, Moment, Token
from shared.events.hold_answers import HoldGranted, HoldLost, HoldRefused
from shared.events.holds import HoldReleased, HoldRequested, PauseAsked
from shared.events.roster import SupporterSnapshot
from shared.kernel.decider import Context, Decision, Refused, decider


class Enrolled(Event):
    type: ClassVar[str] = "tsunagu.matching.enrolled.v1"

    profile: Profile
    content: Token


class Held(Event):
    type: ClassVar[str] = "tsunagu.matching.held.v1"

    case: Key
    number: int
    at: Moment


class Freed(Event):
    """`served`: the assignment was completed."""

    type: ClassVar[str] = "tsunagu.matching.freed.v1"

    case: Key
    served: bool = False


class Paused(Event):
    type: ClassVar[str] = "tsunagu.matching.paused.v1"

    until: Moment


class Erased(Event):
    """Nobody can open their contacts any more."""

    type: ClassVar[str] = "tsunagu.matching.supporter-erased.v1"


class Supporter(Frozen):
    """`holds`: case → number of the ask that holds a place. Never more than the capacity, but by a coordinator's word."""

    profile: Profile | None = None
    content: str = ""
    holds: dict[str, int] = {}
    paused_until: datetime | None = None
    asked_at: datetime | None = None
    served: int = 0
    erased: bool = False

    def with_(self, *events: Event) -> "Supporter":
        state = self
        for event in events:
            state = evolve(state, event)
        return state


def decide(supporter: Supporter, asked: Any, context: Context) -> Decision:
    match asked:
        case Erase():
            return _erase(supporter, context)
        case Enrol() if supporter.erased:
            return [Refused("erased", "this supporter was erased: enrol them under a new id")]
        case Enrol() if asked.content != supporter.content:
            return _told(supporter, context, Enrolled(profile=asked.profile, content=asked.content))
        case Pause():
            return _told(supporter, context, Paused(until=asked.until))
        case HoldRequested():
            return _hold(supporter, asked, context)
        case HoldReleased() if supporter.holds.get(asked.case) == asked.number:
            return _told(supporter, context, Freed(case=asked.case, served=asked.reason == "completed"))
        case PauseAsked():
            return _told(supporter, context, Paused(until=asked.until))
    return []


def _hold(supporter: Supporter, asked: HoldRequested, context: Context) -> Decision:
    reply: dict[str, Any] = {"case": asked.case, "supporter": asked.supporter, "number": asked.number}
    if reason := _refusal(supporter, asked, context.now):
        return [HoldRefused(**reply, reason=reason)]
    held = Held(case=asked.case, number=asked.number, at=context.now)
    return [HoldGranted(**reply), *_told(supporter, context, held)]


def _refusal(supporter: Supporter, asked: HoldRequested, now: datetime) -> str | None:
    """Checked again here, whatever the asker's view said: `unknown`, `inactive`, `not_eligible`, `paused`, `full`."""
    if supporter.profile is None:
        return "unknown"
    if not supporter.profile.active:
        return "inactive"
    if why_not(supporter.profile, asked.category, asked.languages):
        return "not_eligible"
    if asked.assigning:
        return None
    if supporter.paused_until and supporter.paused_until > now:
        return "paused"
    places = len(supporter.holds) - (asked.case in supporter.holds)
    return "full" if places >= supporter.profile.capacity else None


def _erase(supporter: Supporter, context: Context) -> Decision:
    """Every case that holds a place is told; each gives it back by its own word."""
    if supporter.erased:
        return []
    if supporter.profile is None:
        return [Refused("unknown", "nobody was ever enrolled under this id")]
    lost = [HoldLost(case=case, supporter=context.key, number=number) for case, number in supporter.holds.items()]
    return [*_told(supporter, context, Erased()), *lost]


def _told(supporter: Supporter, context: Context, event: Event) -> Decision:
    """The event, and the roster's new snapshot."""
    after = supporter.with_(event)
    return [event, snapshot(context.key, after)] if after.profile else [event]


def snapshot(key: str, supporter: Supporter) -> SupporterSnapshot:
    assert supporter.profile
    return SupporterSnapshot(
        **supporter.profile.model_dump(), supporter=key, paused_until=supporter.paused_until,
        load=len(supporter.holds), assigned=supporter.served, asked_at=supporter.asked_at,
    )  # fmt: skip


def evolve(supporter: Supporter, event: Any) -> Supporter:
    match event:
        case Enrolled():
            return supporter.model_copy(update={"profile": event.profile, "content": event.content})
        case Held():
            holds = {**supporter.holds, event.case: event.number}
            return supporter.model_copy(update={"holds": holds, "asked_at": event.at})
        case Freed():
            holds = {case: number for case, number in supporter.holds.items() if case != event.case}
            return supporter.model_copy(update={"holds": holds, "served": supporter.served + event.served})
        case Erased() if supporter.profile:
            gone = supporter.profile.model_copy(update={"active": False})
            return supporter.model_copy(update={"profile": gone, "content": "", "erased": True})
        case Paused():
            return supporter.model_copy(update={"paused_until": event.until})
    return supporter


def due(supporter: Supporter) -> datetime | None:
    return None


SUPPORTER = decider(
    Supporter, decide, evolve, due,
    (Enrolled, Erased, Held, Freed, Paused, HoldGranted, HoldLost, HoldRefused, *roster.EVENTS),
)  # fmt: skip
