"""I6: only those were asked who could be, by what the roster said of them then."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.matching.domain.supporter import Held
from services.matching.policy import reaches, why_not
from tsunagu.verify.report import Problem
from tsunagu.verify.topics import Told

TRUNCATED = timedelta(seconds=1)
"""Journals tell whole seconds."""


class Place(NamedTuple):
    """What a supporter's document was when it gave a place, and every profile that it had had until then."""

    state: Any
    at: str
    profiles: Sequence[Any]


def broken(supporter: str, steps: Sequence[Any], offers: Sequence[Told]) -> Iterator[Problem]:
    """`offers`: what this supporter was asked, as published."""
    places = _places(steps)
    for told in offers:
        asked = json.loads(told.value)
        place = places.get((asked["case"], asked["number"]))
        why = "had no place for it" if place is None else _why_not(place, asked)
        if why:
            yield Problem("I6", "eligible", f"{supporter} was asked at {told}, but {why}")


def _places(steps: Sequence[Any]) -> dict[tuple[str, int], Place]:
    profiles: list[Any] = []
    found = {}
    for entry, event, before, _ in steps:
        if before.profile and before.profile not in profiles[-1:]:
            profiles.append(before.profile)
        if isinstance(event, Held):
            found[event.case, event.number] = Place(before, entry["at"], tuple(profiles))
    return found


def _why_not(place: Place, asked: dict[str, Any]) -> str | None:
    """How far they go was read from the roster by the case, perhaps a moment before they changed it."""
    profile, paused = place.state.profile, place.state.paused_until
    if profile is None or not profile.active:
        return "was not active"
    if reason := why_not(profile, asked["category"], asked["languages"]):
        return f"did not fit: {reason}"
    if paused and paused > datetime.fromisoformat(place.at) + TRUNCATED:
        return "had asked for a pause"
    near = asked["mode"] != "in_person" or any(reaches(one, asked["municipality"]) for one in place.profiles)
    return None if near else "does not go so far"
