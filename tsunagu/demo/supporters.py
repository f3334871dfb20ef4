"""The 104 supporters of the programme, invented along its published totals."""

from collections.abc import Iterator
from random import Random

from shared.region import categories
from shared.region.tables import table
from tsunagu.demo.chance import dice, pick
from tsunagu.demo.names import phone, shuffled_names
from tsunagu.demo.places import homes
from tsunagu.demo.roster import SupporterRow

RATHER_NOT: dict[tuple[str, ...], int] = {
    (): 70,
    ("hospital",): 15,
    ("labour",): 10,
    ("hospital", "labour"): 5,
}
"""What a supporter would rather not do, and of how many in a hundred that is true."""
CAPACITIES = {2: 30, 3: 45, 4: 25}
MAIL_LANGUAGES = ("vi", "en")
"""In which the network writes to supporters, beside Japanese and plain Japanese."""
ENGLISH_TOO = 0.3
REACH_KM = range(20, 61, 5)


def supporters(seed: int) -> list[SupporterRow]:
    """All 104, `S001` first: 24 countries and regions, 21 languages, Japanese among them."""
    people = enumerate(_people(seed), start=1)
    return [_supporter(dice(seed, "supporter", number), number, *person) for number, person in people]


def _people(seed: int) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Country, own languages and name of each. A language has one pile of names: none comes twice."""
    rows = table("origins", "tsunagu.demo")
    mother_tongues = {row["languages"].split()[0] for row in rows}
    piles = {language: iter(shuffled_names(seed, language)) for language in mother_tongues}
    for row in rows:
        own = tuple(row["languages"].split())
        for _ in range(int(row["supporters"])):
            yield row["country"], own, next(piles[own[0]])


def _supporter(luck: Random, number: int, country: str, own: tuple[str, ...], name: str) -> SupporterRow:
    languages = _languages(luck, own)
    return SupporterRow(
        supporter_id=f"S{number:03}",
        name=name,
        country=country,
        email=f"s{number:03}@supporters.example",
        phone=phone(luck),
        languages=languages,
        speaks_to=_speaks_to(luck, languages),
        municipality=pick(luck, homes()),
        categories=_fields(luck),
        capacity=pick(luck, CAPACITIES),
        licences=(),
        max_distance_km=luck.choice(REACH_KM),
    )


def _languages(luck: Random, own: tuple[str, ...]) -> tuple[str, ...]:
    """Everyone holds a conversation in Japanese: it is a condition of the programme."""
    english = ("en",) if luck.random() < ENGLISH_TOO and "en" not in own else ()
    return (*own, "ja", *english)


def _speaks_to(luck: Random, languages: tuple[str, ...]) -> str:
    preferred = next((language for language in languages if language in MAIL_LANGUAGES), "ja-simple")
    return pick(luck, {"ja": 40, "ja-simple": 20, preferred: 40})


def _fields(luck: Random) -> tuple[str, ...]:
    """What they may be asked for: the work open to all, without what they would rather not do."""
    declined = pick(luck, RATHER_NOT)
    open_to_all = (code for code, category in categories().items() if not category.reserved)
    return tuple(code for code in open_to_all if code not in declined)
