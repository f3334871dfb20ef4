"""Where people live: in a municipality, as likely as the region's foreign residents do."""

from collections.abc import Mapping
from functools import cache

from shared.region import municipalities


@cache
def homes() -> Mapping[str, int]:
    """Foreign residents by municipality code: the weights to draw a home with."""
    return {code: each.foreign_residents for code, each in municipalities().items()}
