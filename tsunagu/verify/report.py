"""What a verification found."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from shared.status.records import Standing
from tsunagu.verify.invariants import INVARIANTS, Invariant


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
    """`invariant`: the one that it breaks. `kind` groups them; `what` names the one thing that is wrong."""

    invariant: str
    kind: str
    what: str


@dataclass
class Report:
    """`notes`: worth knowing, though no promise is broken. `documents`, `entries`: so many were folded.

    `checked`: invariant → how many things it was looked for in. `unchecked`: invariant → why it was not, or not wholly.
    `lag`, `unpublished`: records still to be read, journal entries still to be published.
    """

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    documents: int = 0
    entries: int = 0
    checked: Counter[str] = field(default_factory=Counter)
    unchecked: dict[str, str] = field(default_factory=dict)
    lag: int = 0
    unpublished: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def in_flight(self) -> int:
        return self.total().in_flight

    @property
    def settled(self) -> bool:
        """Nothing is under way: another reading would find the same."""
        return not (self.in_flight or self.lag or self.unpublished)

    def total(self) -> Row:
        total = Row("in all", "")
        for name in ("published", "applied", "in_flight", "dead", "missing", "twice"):
            setattr(total, name, sum(getattr(row, name) for row in self.rows))
        return total

    def add(self, invariant: str, kind: str, what: str) -> None:
        self.problems.append(Problem(invariant, kind, what))

    def broken(self, invariant: str) -> list[Problem]:
        return [problem for problem in self.problems if problem.invariant == invariant]

    def outcome(self, invariant: Invariant) -> Standing:
        """For programs."""
        name = invariant.name
        if self.broken(name):
            return "broken"
        if self._elsewhere(invariant):
            return "not_checked"
        if name == "I9" and not self.settled:
            return "not_yet"
        return "kept" if self.checked[name] else "not_checked"

    def standing(self, invariant: Invariant) -> str:
        """For people: `kept`, `broken`, or why neither can be said."""
        match self.outcome(invariant):
            case "not_yet":
                return f"not yet: {max(self.lag, self.in_flight)} to read, {self.unpublished} to publish"
            case "not_checked":
                reason = self._elsewhere(invariant)
                return f"not checked here: {reason}" if reason else "nothing to check"
            case said:
                return said

    def _elsewhere(self, invariant: Invariant) -> str | None:
        """Why it is not looked at here."""
        return invariant.elsewhere or self.unchecked.get(invariant.name)

    def as_json(self) -> dict[str, Any]:
        """Everything, for programs: every problem, where the text names three of a kind."""
        return {
            "ok": self.ok,
            "settled": self.settled,
            "invariants": [
                {"name": one.name, "says": one.says, "checked": self.checked[one.name],
                 "broken": len(self.broken(one.name)), "standing": self.standing(one)}
                for one in INVARIANTS
            ],
            "rows": [asdict(row) for row in self.rows],
            "problems": [problem._asdict() for problem in self.problems],
            "notes": self.notes,
            "documents": self.documents,
            "entries": self.entries,
            "lag": self.lag,
            "unpublished": self.unpublished,
        }  # fmt: skip
