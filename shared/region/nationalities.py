"""Who the foreign residents are, and what we assume they speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from shared.region.tables import table

OTHER = "ZZ"
"""ISO 3166's code for no country in particular: all that the statistics do not name."""


@dataclass(frozen=True, slots=True)
class Nationality:
    """`country`: ISO 3166-1, or OTHER. `residents`: in June 2025. `languages`: assumed, likeliest first."""

    country: str
    name_en: str
    name_ja: str
    residents: int
    languages: tuple[str, ...]


@cache
def nationalities() -> Mapping[str, Nationality]:
    """All of them by country, most residents first."""
    return MappingProxyType({row["country"]: _nationality(row) for row in table("nationalities")})


def _nationality(row: Mapping[str, str]) -> Nationality:
    return Nationality(
        country=row["country"],
        name_en=row["name_en"],
        name_ja=row["name_ja"],
        residents=int(row["residents"]),
        languages=tuple(row["languages"].split()),
    )
