"""The languages of the region, and how well one serves for another.

A tag is looked up as RFC 4647 (section 3.4) says: whole, then shorter and shorter from its end. So `en-US`
finds `en`, and `zh-Hant-TW` finds `zh-Hant`. Other names of the same languages are in `data/relatives.csv`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from shared.region.tables import table


@dataclass(frozen=True, slots=True)
class Language:
    """`code`: BCP 47. `endonym`: what its speakers call it."""

    code: str
    name_en: str
    name_ja: str
    endonym: str


@cache
def languages() -> Mapping[str, Language]:
    """All of them by code, in the order in which they are shown."""
    return MappingProxyType({row["code"]: Language(**row) for row in table("languages")})


def canonical_language(tag: str) -> str | None:
    """The region's language that a BCP 47 tag stands for: `zh-TW` is `zh-Hant`, `EN-us` is `en`; or None."""
    for each in _shorter_and_shorter(tag):
        if each in _codes():
            return _codes()[each]
        if each in _relatives():
            return _relatives()[each][0]
    return None


def told_language(tag: str) -> str:
    """What of a tag tells a language here: `vi-VN` is `vi`, `zh-TW` stays. All else in it could be anything, a name too."""
    known = _known_part(tag)
    return _codes().get(known, known)


def same_language(wanted: str, spoken: str) -> float:
    """How well a speaker of `spoken` serves a resident who asked for `wanted`: 1 the same, 0 not at all."""
    one, other = _understood(wanted), _understood(spoken)
    return max((min(one[each], other[each]) for each in one.keys() & other.keys()), default=0.0)


@lru_cache(maxsize=1024)  # tags come from outside, so without a bound they could fill the memory
def _understood(tag: str) -> Mapping[str, float]:
    """Languages (lower case) in which a speaker of this one is understood, and how well."""
    name = _known_part(tag)
    relative = _relatives().get(name)
    return {name: 1.0} if relative is None else {name: 1.0, relative[0].lower(): relative[1]}


def _known_part(tag: str) -> str:
    """The tag without what says nothing here; a language foreign to the region keeps its first part alone."""
    shorter = list(_shorter_and_shorter(tag))
    return next((each for each in shorter if each in _codes() or each in _relatives()), shorter[-1])


def _shorter_and_shorter(tag: str) -> Iterator[str]:
    """`zh-hant-tw`, `zh-hant`, `zh`; an extended language stands for itself: `zh-yue` is `yue` (RFC 5646)."""
    parts = tag.lower().split("-")
    if len(parts) > 1 and len(parts[1]) == 3 and parts[1].isalpha():
        parts = parts[1:]
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


@cache
def _codes() -> Mapping[str, str]:
    return {code.lower(): code for code in languages()}


@cache
def _relatives() -> Mapping[str, tuple[str, float]]:
    """From a tag (lower case) to the region's language it is close to, and how close."""
    return {row["tag"].lower(): (row["language"], float(row["closeness"])) for row in table("relatives")}
