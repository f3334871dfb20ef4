"""The organisations that refer, one of each kind at least. All invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from shared.region import categories
from shared.region.tables import table


@dataclass(frozen=True, slots=True)
class Partner:
    """`id`: names the partner's topics. `weights`: how much of each category it sends, beside the others."""

    id: str
    kind: str
    name_en: str
    name_ja: str
    weights: Mapping[str, int]


@cache
def partners() -> tuple[Partner, ...]:
    """All of them, international exchange associations first."""
    return tuple(map(_partner, table("partners", "tsunagu.demo")))


@cache
def senders(category: str) -> Mapping[str, int]:
    """Who sends this category, by id: the weights to draw a partner with."""
    return {partner.id: partner.weights[category] for partner in partners()}


def _partner(row: Mapping[str, str]) -> Partner:
    sent = {code: int(row[code]) for code, each in categories().items() if each.in_programme_table}
    return Partner(row["id"], row["kind"], row["name_en"], row["name_ja"], sent)
