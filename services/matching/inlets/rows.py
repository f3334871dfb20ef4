"""A roster file becomes rows under their numbers."""

import csv
import io
from collections.abc import Mapping
from typing import NamedTuple

COLUMNS = ("supporter_id", "name", "email", "phone", "languages", "speaks_to", "municipality", "categories",
           "capacity", "licences", "max_distance_km")  # fmt: skip
NEEDED = ("supporter_id", "name", "email", "languages", "municipality", "capacity")

Row = Mapping[str, str]


class RowError(NamedTuple):
    """`row` as a spreadsheet counts, the header being 1; `message` says what to change."""

    row: int
    field: str
    message: str


class Unreadable(Exception):
    """No row of the file can be taken."""

    def __init__(self, flaw: RowError) -> None:
        super().__init__(flaw.message)
        self.flaw = flaw


def rows_of(file: bytes) -> dict[int, Row]:
    """Under their numbers, without those in which nothing stands. Raises Unreadable."""
    rows = csv.reader(io.StringIO(decode(file), newline=None))
    try:
        columns, *lines = list(rows) or [[]]
    except csv.Error as error:
        raise Unreadable(RowError(rows.line_num + 1, "file", f"this is no CSV file: {error}")) from error
    if missing := [name for name in NEEDED if name not in columns]:
        raise Unreadable(RowError(1, ", ".join(missing), f"column missing; the columns are {', '.join(COLUMNS)}"))
    return {number: _clean(columns, line) for number, line in enumerate(lines, 2) if any(map(str.strip, line))}


def _clean(columns: list[str], line: list[str]) -> dict[str, str]:
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
    raise Unreadable(RowError(1, "file", "this is neither UTF-8 nor Shift_JIS: save it as one of them"))
