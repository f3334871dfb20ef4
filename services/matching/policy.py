"""Who may be asked, who is asked first, how many at once and for how long. Every number here is policy, with its reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from shared import region
from shared.events.matches import Score
from shared.events.referrals import Referral
from shared.events.roster import SupporterSnapshot

WAVE = {"routine": 2, "soon": 3, "urgent": 4}
"""How many are asked at once: the more urgent, the more; each one asked in vain is goodwill spent."""
PATIENCE = {"routine": timedelta(hours=48), "soon": timedelta(hours=24), "urgent": timedelta(hours=6)}
"""How long an offer stands: volunteers read their mail once a day, not always at the same hour;
who is in need cannot wait for that."""
WEIGHTS = {"language": 0.5, "distance": 0.25, "fairness": 0.15, "load": 0.1}
"""The language decides whether help is possible at all; then the way there; then that it is not always the same ones."""
RESTED = timedelta(days=14)
"""Who has not been asked for so long is as fresh as who never was."""

Escalation = Literal[
    "nobody_speaks_it", "nobody_takes_it", "no_specialist", "too_far",
    "all_at_cap", "all_declined", "nobody_free", "not_reached",
]  # fmt: skip
"""Why nobody could be found; a coordinator who gives a case up names one, too."""
Reason = str
REASONS = (
    "inactive",  # has left, or not yet begun
    "language",  # speaks none of the resident's languages
    "licence",  # the work is reserved by law to a licence they do not have
    "category",  # does not take this kind of case
    "distance",  # farther than they go, and not a neighbouring municipality
    "asked",  # has been asked for this case
    "paused",  # asked to be left alone for a while
    "full",  # has as many cases as they take
)


class Able(Protocol):
    """What a supporter is able to do: a profile or a snapshot of one."""

    @property
    def languages(self) -> tuple[str, ...]: ...
    @property
    def categories(self) -> tuple[str, ...]: ...
    @property
    def licences(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Candidate:
    supporter: str
    score: Score
    distance_km: float


def why_not(able: Able, category: str, languages: Sequence[str]) -> Reason | None:
    """The first of `language`, `licence`, `category` that stands against it; None if they may take it."""
    if speaks(able.languages, languages) == 0:
        return "language"
    licences = region.categories()[category].licences
    if licences:  # reserved by law: the licence is what counts
        return None if set(licences) & set(able.licences) else "licence"
    return "category" if able.categories and category not in able.categories else None


def speaks(spoken: Iterable[str], wanted: Sequence[str]) -> float:
    """0 to 1: the resident's first language spoken natively is 1; each later choice counts 0.15 less."""
    fits = [
        region.same_language(want, tongue) * (1 - 0.15 * place)
        for tongue in spoken
        for place, want in enumerate(wanted)
    ]
    return max(fits, default=0.0)


def exclusion(one: SupporterSnapshot, referral: Referral, asked: Iterable[str], now: datetime) -> Reason | None:
    """Why this supporter is not asked now; the first reason in the order of REASONS."""
    if not one.active:
        return "inactive"
    if reason := why_not(one, referral.category, referral.languages):
        return reason
    if referral.mode == "in_person" and not reaches(one, referral.municipality):
        return "distance"
    if one.supporter in set(asked):
        return "asked"
    if one.paused_until and one.paused_until > now:
        return "paused"
    return "full" if one.load >= one.capacity else None


def reaches(one: SupporterSnapshot, municipality: str) -> bool:
    near = region.neighbours(one.municipality, municipality)
    return near or region.distance_km(one.municipality, municipality) <= one.max_distance_km


def score(one: SupporterSnapshot, referral: Referral, now: datetime) -> Score:
    way = region.distance_km(one.municipality, referral.municipality) if referral.mode == "in_person" else 0.0
    rested = (now - one.asked_at) / RESTED if one.asked_at else 1.0
    parts = {
        "language": speaks(one.languages, referral.languages),
        "distance": max(0.0, 1 - way / 60),
        "fairness": min(1.0, max(0.0, rested)),
        "load": 1 - one.load / one.capacity if one.capacity else 0.0,
    }
    total = sum(WEIGHTS[name] * value for name, value in parts.items())
    return Score(**{name: round(value, 3) for name, value in {**parts, "total": total}.items()})


def candidates(
    referral: Referral, roster: Mapping[str, SupporterSnapshot], asked: Iterable[str], now: datetime
) -> list[Candidate]:
    """Who may be asked now, best first; equals in the order of their keys."""
    free = [one for one in roster.values() if exclusion(one, referral, asked, now) is None]
    found = [
        Candidate(one.supporter, score(one, referral, now), region.distance_km(one.municipality, referral.municipality))
        for one in free
    ]
    return sorted(found, key=lambda candidate: (-candidate.score.total, candidate.supporter))


def exclusions(
    referral: Referral, roster: Mapping[str, SupporterSnapshot], asked: Iterable[str], now: datetime
) -> dict[Reason, int]:
    """How many are not asked, by reason."""
    counts = dict.fromkeys(REASONS, 0)
    for one in roster.values():
        if reason := exclusion(one, referral, asked, now):
            counts[reason] += 1
    return {reason: count for reason, count in counts.items() if count}


def nobody_left(
    referral: Referral,
    roster: Mapping[str, SupporterSnapshot],
    asked: Mapping[str, bool],
    now: datetime,
    *,
    unreached: bool = False,
) -> Escalation:
    """Why a case is escalated. `asked`: supporter → did they get the offer? `unreached`: had some an offer that no mail
    could bring them?
    """
    if not any(speaks(one.languages, referral.languages) for one in roster.values() if one.active):
        return "nobody_speaks_it"
    barred = exclusions(referral, roster, (), now)
    able = sum(exclusion(one, referral, (), now) in (None, "paused", "full") for one in roster.values())
    if able == 0 and not any(asked.values()):
        return _most_telling(referral, barred)
    if any(asked.values()):
        return "all_declined"
    if unreached:
        return "not_reached"
    turned_down = any(roster[one].active for one in asked if one in roster)
    return "all_at_cap" if barred.get("full") or turned_down else "nobody_free"


def _most_telling(referral: Referral, barred: Mapping[Reason, int]) -> Escalation:
    """Nobody who speaks it may or can come: the obstacle that is met last is the one nearest to a solution."""
    if barred.get("distance"):
        return "too_far"
    reserved = bool(region.categories()[referral.category].licences)
    return "no_specialist" if reserved else "nobody_takes_it"


def expiry(urgency: str, now: datetime) -> datetime:
    """When an offer made now lapses: counted from when its mail can be read, and never at night."""
    start = region.next_waking(now) if region.is_quiet(now) else now
    end = start + PATIENCE[urgency]
    return region.next_waking(end) + timedelta(hours=1) if region.is_quiet(end) else end
