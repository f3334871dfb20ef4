"""What a verification found."""

from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass
class Row:
    """What became of everything published from `what` to `reader`.

    `in_flight`: still to be read. `dead`: in dead letters. `missing`: passed over, a loss.
    """

    what: str
    reader: str
    published: int = 0
    applied: int = 0
    in_flight: int = 0
    dead: int = 0
    missing: int = 0
    twice: int = 0

    def __str__(self) -> str:
        return f"{self.what} → {self.reader}"


class Problem(NamedTuple):
    """`kind` groups them; `what` names the one thing that is wrong."""

    kind: str
    what: str


@dataclass
class Report:
    """`notes`: worth knowing, though no promise is broken. `documents`, `entries`: so many were folded."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    documents: int = 0
    entries: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def in_flight(self) -> int:
        return self.total().in_flight

    def total(self) -> Row:
        total = Row("in all", "")
        for name in ("published", "applied", "in_flight", "dead", "missing", "twice"):
            setattr(total, name, sum(getattr(row, name) for row in self.rows))
        return total

    def add(self, kind: str, what: str) -> None:
        self.problems.append(Problem(kind, what))
