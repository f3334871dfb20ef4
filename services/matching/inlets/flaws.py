"""What is wrong with a row, and what to change: every flaw of it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from services.matching.domain.commands import CAPACITY, FAR
from services.matching.inlets.row_errors import ToChange
from services.matching.inlets.rows import NEEDED, Row
from shared import region
from shared.i18n import LANGUAGES
from shared.i18n.step_labels import _

Wrong = tuple[str, ToChange]
"""A field, and what to change."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,80}")
_MAIL = re.compile(r"""[^\s@<>()[\],;:\\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*""", re.ASCII)
"""One address, as a mail server takes it. Dots in any place: there are real ones like `a..b.@docomo.ne.jp`."""
_WHOLE = re.compile(r"\d{1,9}")
_AT_MOST = {"capacity": CAPACITY, "max_distance_km": FAR}
_LONG = {"name": 200, "email": 254, "phone": 100}
"""Signs, at most."""


def with_repeats(rows: Mapping[int, Row]) -> Iterable[tuple[int, Row, list[Wrong]]]:
    """Each row with its number, and with its flaw where its id stands further up: which of the two holds, we cannot know."""
    first: dict[str, int] = {}
    for number, row in rows.items():
        above = first.setdefault(row["supporter_id"], number)
        repeated = above != number and bool(row["supporter_id"])
        flaw = ToChange(_("is that of row %(row)s, too: keep one of them"), {"row": above})
        yield number, row, [("supporter_id", flaw)] if repeated else []


def flaws_of(row: Row) -> list[Wrong]:
    flaws = [(name, ToChange(_("is empty: give a value"))) for name in NEEDED if not row.get(name)]
    if row.get("supporter_id") and not _ID.fullmatch(row["supporter_id"]):
        text = _("is no id: at most 80 of A-Z, a-z, 0-9, dot, dash, underscore; never a name")
        flaws.append(("supporter_id", ToChange(text)))
    if row.get("email") and not _is_mail(row["email"]):
        flaws.append(("email", ToChange(_("is no mail address: give one, of ASCII letters, like name@example.jp"))))
    text = _("is too long: at most %(most)s signs")
    flaws += [(name, ToChange(text, {"most": most})) for name, most in _LONG.items() if len(row.get(name, "")) > most]
    return [*flaws, *_wrong_numbers(row), *_unknown_codes(row)]


def _wrong_numbers(row: Row) -> Iterable[Wrong]:
    text = _("%(value)s is no whole number from 0 to %(most)s")
    for name, most in _AT_MOST.items():
        value = row.get(name)
        if value and not (_WHOLE.fullmatch(value) and int(value) <= most):
            yield name, ToChange(text, {"value": _short(value), "most": most})


def _is_mail(said: str) -> bool:
    return said.isascii() and bool(_MAIL.fullmatch(said))


def _unknown_codes(row: Row) -> list[Wrong]:
    """What would be taken in silence and never match anything."""
    words = {name: row.get(name, "").split() for name in ("languages", "speaks_to", "categories", "licences")}
    known: list[tuple[str, str, Any]] = [("languages", tag, region.languages()) for tag in words["languages"]]
    known += [("speaks_to", tag, [*LANGUAGES, *region.languages()]) for tag in words["speaks_to"]]
    known += [("categories", code, region.categories()) for code in words["categories"]]
    known += [("licences", code, region.licences()) for code in words["licences"]]
    if place := row.get("municipality"):
        known.append(("municipality", place, region.municipalities()))
    return [_unknown(name, value, codes) for name, value, codes in known if not _is_known(name, value, codes)]


def _is_known(name: str, value: str, codes: Any) -> bool:
    spoken = name in ("languages", "speaks_to") and region.canonical_language(value) is not None
    return spoken or value in codes


def _unknown(name: str, value: str, known: Any) -> Wrong:
    if guess := region.closest(value, known):
        text = _("%(value)s is not known here: did you mean %(guess)s?")
        return name, ToChange(text, {"value": _short(value), "guess": guess})
    return name, ToChange(_("%(value)s is not known here"), {"value": _short(value)})


def _short(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:40] + "…")
