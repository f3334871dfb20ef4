"""What may be asked for, and which of it the law reserves to licensed people."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from shared.region.tables import table


@dataclass(frozen=True, slots=True)
class Category:
    """`licences`: any one of them entitles to this work; none named, it is open to every supporter.

    `in_programme_table`: whether the programme's published results count it. `notice_hours`: our advice.
    """

    code: str
    order: int
    in_programme_table: bool
    licences: tuple[str, ...]
    notice_hours: int
    name_en: str
    name_ja: str
    name_ja_simple: str
    name_vi: str

    @property
    def reserved(self) -> bool:
        return bool(self.licences)


@cache
def categories() -> Mapping[str, Category]:
    """All of them by code, in the order in which they are shown."""
    rows = sorted(map(_category, table("categories")), key=lambda category: category.order)
    return MappingProxyType({category.code: category for category in rows})


@cache
def licences() -> frozenset[str]:
    """All that entitle to anything."""
    return frozenset(licence for category in categories().values() for licence in category.licences)


def _category(row: Mapping[str, str]) -> Category:
    return Category(
        code=row["code"],
        order=int(row["order"]),
        in_programme_table=row["in_programme_table"] == "1",
        licences=tuple(row["licences"].split()),
        notice_hours=int(row["notice_hours"]),
        name_en=row["name_en"],
        name_ja=row["name_ja"],
        name_ja_simple=row["name_ja_simple"],
        name_vi=row["name_vi"],
    )
