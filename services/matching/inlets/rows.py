"""A roster file becomes rows under their numbers."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from services.matching.inlets.row_errors import RowError, ToChange, Unreadable
from shared import region
from shared.i18n.step_labels import _

COLUMNS = ("supporter_id", "name", "email", "phone", "languages", "speaks_to", "municipality", "categories",
           "capacity", "licences", "max_distance_km")  # fmt: skip
NEEDED = ("supporter_id", "name", "email", "languages", "municipality", "capacity")
SLIP = 0.75
"""How alike the names of columns are: licenses and licences, category and categories; not licence_number."""

Row = Mapping[str, str]


def rows_of(file: bytes) -> dict[int, Row]:
    """Under their numbers, without those in which nothing stands. Raises Unreadable."""
    read: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(decode(file), newline=None)):
            read.append(row)
    except csv.Error as error:  # the one that there is here: a cell is longer than any may be
        why = ToChange(_("a cell in this row has no end: is a quotation mark missing?"))
        raise Unreadable(RowError(len(read) + 1, "file", why)) from error
    first, *lines = read or [[]]
    if len(first) == 1 and any(mark in first[0] for mark in "\t;"):
        raise Unreadable(RowError(1, "file", ToChange(_("the columns are not separated by commas: save it as CSV"))))
    columns = [name.strip().lower() for name in first]
    if flaws := list(_flaws_of(columns)):
        raise Unreadable(*flaws)
    return {number: _clean(columns, line) for number, line in enumerate(lines, 2) if any(map(str.strip, line))}


def _flaws_of(columns: Sequence[str]) -> Iterable[RowError]:
    """Others may stand beside ours, but none that looks like a slip: what is in it would be left out in silence."""
    for name in dict.fromkeys(columns):
        if name in COLUMNS and columns.count(name) > 1:
            yield RowError(1, name, ToChange(_("this column stands there twice: keep one of them")))
        elif name and name not in COLUMNS and (guess := region.closest(name, set(COLUMNS) - set(columns), SLIP)):
            yield RowError(1, name, ToChange(_("no such column is known: did you mean %(guess)s?"), {"guess": guess}))
    if missing := [name for name in NEEDED if name not in columns]:
        text = _("column missing; the columns are %(columns)s")
        yield RowError(1, ", ".join(missing), ToChange(text, {"columns": ", ".join(COLUMNS)}))


def _clean(columns: Sequence[str], line: list[str]) -> dict[str, str]:
    """Without what stands beyond the last column; what does not reach so far is empty."""
    values = [*line, *[""] * len(columns)]
    return {name: value.strip() for name, value in zip(columns, values, strict=False) if name}


def decode(file: bytes) -> str:
    """UTF-8, with or without a mark, or what Japanese spreadsheets write (cp932). Raises Unreadable: a guess would make
    other names of people's.
    """
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return file.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(RowError(1, "file", ToChange(_("this is neither UTF-8 nor Shift_JIS: save it as one of them"))))
