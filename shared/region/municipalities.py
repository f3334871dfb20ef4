"""The municipalities of the region: where their offices stand, who lives there, who borders on whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType

from shared.region.tables import table

EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG). A sphere is wrong by 0.5 % at most: less than any road is."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """`code`: JIS X 0402. `lat`, `lon`: its office, in degrees. `tile`: column and row on a map of tiles."""

    code: str
    name_ja: str
    kana: str
    name_en: str
    kind: str
    area_ja: str
    area_en: str
    lat: float
    lon: float
    population: int
    foreign_residents: int
    neighbours: frozenset[str]
    tile: tuple[int, int]


@cache
def municipalities() -> Mapping[str, Municipality]:
    """All of them by code, in the order of their codes."""
    return MappingProxyType({row["code"]: _municipality(row) for row in table("municipalities")})


@cache
def distance_km(code_a: str, code_b: str) -> float:
    """Great-circle distance between two offices; 0 within a municipality. KeyError for an unknown code."""
    a, b = municipalities()[code_a], municipalities()[code_b]
    half_chord_squared = (
        sin(radians(b.lat - a.lat) / 2) ** 2
        + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(radians(b.lon - a.lon) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half_chord_squared))


def neighbours(code_a: str, code_b: str) -> bool:
    """Whether two municipalities share a border; none is its own neighbour."""
    return code_b in municipalities()[code_a].neighbours


def _municipality(row: Mapping[str, str]) -> Municipality:
    return Municipality(
        code=row["code"],
        name_ja=row["name_ja"],
        kana=row["kana"],
        name_en=row["name_en"],
        kind=row["kind"],
        area_ja=row["area_ja"],
        area_en=row["area_en"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        population=int(row["population"]),
        foreign_residents=int(row["foreign_residents"]),
        neighbours=frozenset(row["neighbours"].split()),
        tile=(int(row["tile_col"]), int(row["tile_row"])),
    )
