"""What the world holds, in numbers, for a person to read."""

from collections import Counter
from collections.abc import Iterable

from shared.region import categories, languages, municipalities
from tsunagu.demo.planned import Planned
from tsunagu.demo.roster import SupporterRow

TOP = 10


def summary(supporters: list[SupporterRow], referrals: list[Planned]) -> str:
    """Tables of counts, one after the other."""
    speaking = Counter(language for each in supporters for language in each.languages)
    wanted = Counter(each.languages[0] for each in referrals)
    homes = Counter(each.municipality for each in supporters)
    asked_from = Counter(each.municipality for each in referrals).most_common(TOP)
    lines = [
        f"{len(referrals)} referrals, {len(supporters)} supporters",
        *_table("Referrals by category", _in_order(categories(), Counter(each.category for each in referrals))),
        *_table("Referrals by organisation", Counter(each.org for each in referrals).most_common()),
        "",
        "Languages: referrals, supporters",
        *(f"  {code:<10} {wanted[code]:>5} {speaking[code]:>5}" for code in languages()),
        "",
        f"Municipalities, the first {TOP}: referrals, supporters",
        *(f"  {_name(code):<14} {cases:>5} {homes[code]:>5}" for code, cases in asked_from),
        f"{len(municipalities()) - len(homes)} municipalities without a supporter",
    ]
    return "\n".join(lines)


def _table(title: str, counts: Iterable[tuple[str, int]]) -> list[str]:
    return ["", title, *(f"  {name:<24} {count:>5}" for name, count in counts)]


def _in_order(codes: Iterable[str], counts: Counter[str]) -> list[tuple[str, int]]:
    return [(code, counts[code]) for code in codes if counts[code]]


def _name(code: str) -> str:
    return municipalities()[code].name_en
