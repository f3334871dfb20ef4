"""A handful of licensed people, for the work that the law keeps from volunteers."""

from random import Random

from shared.region import categories
from tsunagu.demo.chance import dice, pick
from tsunagu.demo.names import phone
from tsunagu.demo.places import homes
from tsunagu.demo.roster import SupporterRow

SPECIALISTS = (
    ("阿部 誠", "administrative_scrivener", ("ja", "en")),
    ("阮 氏 花", "administrative_scrivener", ("ja", "vi")),
    ("高橋 美咲", "administrative_scrivener", ("ja", "zh-Hans", "en")),
    ("木村 直樹", "labour_consultant", ("ja", "en", "pt-BR")),
    ("小野 恵", "labour_consultant", ("ja", "vi")),
    ("森 健太", "tax_accountant", ("ja", "en")),
)
"""Name, licence, languages; all invented."""
WHOLE_PREFECTURE_KM = 120
CAPACITY = 5


def specialists(seed: int) -> list[SupporterRow]:
    """`L001` first. They are no volunteers and not among the 104."""
    people = enumerate(SPECIALISTS, start=1)
    return [_specialist(dice(seed, "specialist", number), number, *person) for number, person in people]


def _specialist(luck: Random, number: int, name: str, licence: str, languages: tuple[str, ...]) -> SupporterRow:
    return SupporterRow(
        supporter_id=f"L{number:03}",
        name=name,
        country="JP",
        email=f"l{number:03}@specialists.example",
        phone=phone(luck),
        languages=languages,
        speaks_to="ja",
        municipality=pick(luck, homes()),
        categories=_reserved_for(licence),
        capacity=CAPACITY,
        licences=(licence,),
        max_distance_km=WHOLE_PREFECTURE_KM,
    )


def _reserved_for(licence: str) -> tuple[str, ...]:
    return tuple(code for code, category in categories().items() if licence in category.licences)
