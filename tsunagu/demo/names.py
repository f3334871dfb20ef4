"""Invented people: names as their language writes them, and telephone numbers that nobody can have."""

from functools import cache
from random import Random

from shared.region.tables import table
from tsunagu.demo.chance import dice, shuffled


@cache
def names(language: str) -> tuple[str, ...]:
    """Every name the demo has for speakers of a language, 36 of them."""
    row = next(row for row in table("names", "tsunagu.demo") if row["language"] == language)
    return tuple(
        row["form"].format(family=family, given=given).replace("_", " ")
        for given in row["given"].split()
        for family in row["family"].split()
    )


def shuffled_names(seed: int, language: str) -> list[str]:
    """All of them in an order of the seed's, to be dealt without repeating one."""
    return shuffled(dice(seed, "names", language), list(names(language)))


def phone(luck: Random) -> str:
    """Japanese area codes have one leading zero, so nobody is called by mistake."""
    return f"000-{luck.randrange(10_000):04}-{luck.randrange(10_000):04}"
