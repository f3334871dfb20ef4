"""What a referral must be to be taken, beyond its form: codes of this region, consent, times. Every flaw at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from shared import region
from shared.events.referrals import ReferralPublished

CLOCKS_DIFFER = timedelta(minutes=5)
YEAR = timedelta(days=366)
"""Who wants help earlier or later than that has mistyped; and days near the end of the calendar cannot be counted on."""
LONG = timedelta(days=3653)
"""A consent older than that is a slip of the keyboard."""
LIFE = timedelta(days=40177)
"""Nobody has been here for more than 110 years."""


@dataclass(frozen=True)
class Flaw:
    """`field`: path of what is wrong; `code`: for machines; `message`: what to change."""

    field: str
    code: str
    message: str


def problems(referral: ReferralPublished, now: datetime) -> list[Flaw]:
    return [*unknown_codes(referral.model_dump()), *_times(referral, now)]


def unknown_codes(said: Mapping[str, Any]) -> list[Flaw]:
    """Of what was said, whatever else is wrong with it: what is no text is passed over here."""
    category, municipality, languages = (said.get(name) for name in ("category", "municipality", "languages"))
    flaws = []
    if isinstance(category, str) and category not in region.categories():
        flaws.append(_unknown("category", category, region.categories()))
    if isinstance(municipality, str) and municipality not in region.municipalities():
        flaws.append(_unknown("municipality", municipality, region.municipalities()))
    for index, language in enumerate(languages if isinstance(languages, list | tuple) else ()):
        if isinstance(language, str) and region.canonical_language(language) is None:
            flaws.append(_unknown(f"languages.{index}", language, region.languages()))
    return flaws


def _unknown(field: str, value: str, known: Iterable[str]) -> Flaw:
    what = field.split(".", maxsplit=1)[0].removesuffix("s")
    guess = region.closest(value, known)
    hint = f"did you mean {guess}?" if guess else which(what)
    return Flaw(field, f"unknown_{what}", f"{field} is no {what} of this region: {hint}")


def which(what: str) -> str:
    """Which codes there are: the few at once; where the many are."""
    if what == "category":
        return f"it is one of {', '.join(region.categories())}"
    return "all of them are on /events, at the network's address"


def _times(referral: ReferralPublished, now: datetime) -> list[Flaw]:
    flaws = []
    if referral.when and referral.when.to < now:
        flaws.append(Flaw("when.to", "when_past", "the time asked for has passed: give one in the future, or none"))
    elif referral.when and (referral.when.to > now + YEAR or referral.when.from_ < now - YEAR):
        flaws.append(Flaw("when", "when_too_far", "the time asked for must lie within a year from now"))
    if referral.consent.given_at > now + CLOCKS_DIFFER:
        flaws.append(Flaw("consent.given_at", "consent_in_future", "consent must be given before the referral"))
    elif referral.consent.given_at < now - LONG:
        flaws.append(
            Flaw("consent.given_at", "consent_too_old", "a consent of more than ten years ago: is its year right?")
        )
    if referral.arrived_on and not now - LIFE < _midnight(referral.arrived_on) < now + YEAR:
        message = "the day of arrival lies more than a year ahead, or more than a life ago: is its year right?"
        flaws.append(Flaw("arrived_on", "arrival_too_far", message))
    return flaws


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
