"""A row of the coordinators' list of supporters, and the list as the CSV that the network imports."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

COLUMNS = (
    "supporter_id", "name", "email", "phone", "languages", "speaks_to",
    "municipality", "categories", "capacity", "licences", "max_distance_km",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SupporterRow:
    """One supporter or specialist. `languages`: their own first. `speaks_to`: what to write to them in.

    `capacity`: cases at a time. `max_distance_km`: between the offices of two municipalities. `country` (ISO
    3166-1) is the demo's own: the network neither asks for it nor needs it, so it is not in the CSV.
    """

    supporter_id: str
    name: str
    country: str
    email: str
    phone: str
    languages: tuple[str, ...]
    speaks_to: str
    municipality: str
    categories: tuple[str, ...]
    capacity: int
    licences: tuple[str, ...]
    max_distance_km: int


def to_csv(rows: Iterable[SupporterRow]) -> str:
    """The rows under COLUMNS, lists separated by spaces."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(getattr(row, column)) for column in COLUMNS] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)
