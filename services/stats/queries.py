"""The figures, counted from the facts: one pass over all of them, kept for a few seconds."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from statistics import quantiles
from typing import TYPE_CHECKING, Any, NamedTuple

from services.stats.domain.fact import Fact
from shared import region

if TYPE_CHECKING:
    from shared.store import MongoStore

COLUMNS = ("received", "assigned", "completed", "escalated")


@dataclass
class Times:
    """Hours; None where there is nothing yet."""

    hours: list[float] = field(default_factory=list)

    def add(self, since: datetime, at: datetime | None) -> None:
        if at:
            self.hours.append((at - since).total_seconds() / 3600)

    def as_json(self) -> dict[str, float | None]:
        return {"median": self._part(50), "p90": self._part(90)}

    def _part(self, percent: int) -> float | None:
        if len(self.hours) < 2:
            return self.hours[0] if self.hours else None
        return round(quantiles(self.hours, n=100, method="inclusive")[percent - 1], 2)


class Waiting(NamedTuple):
    """A case without a supporter. `reason`: `asking`, or why a coordinator is to decide."""

    reason: str
    since: datetime
    language: str


@dataclass
class Figures:
    """`table`: category → received, assigned, completed, escalated. `states`: where the cases stand now.
    `to_first_word`: until somebody was asked, a coordinator told that there is nobody to ask, or the case over.
    """

    table: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    states: Counter[str] = field(default_factory=Counter)
    escalations: Counter[str] = field(default_factory=Counter)
    unserved: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    municipalities: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    offers: Counter[str] = field(default_factory=Counter)
    undelivered: Counter[str] = field(default_factory=Counter)
    to_offer: Times = field(default_factory=Times)
    to_acceptance: Times = field(default_factory=Times)
    to_first_word: Times = field(default_factory=Times)
    waiting: list[Waiting] = field(default_factory=list)
    minutes: int = 0
    assignments: int = 0

    def add(self, fact: Fact) -> None:
        if fact.category is None or fact.received_at is None:
            return  # known by hearsay only: the case's own event is still to come
        self._count(fact)
        self.table[fact.category] += Counter(
            received=1, assigned=fact.assigned_at is not None, completed=fact.outcome is not None,
            escalated=bool(fact.escalations),
        )  # fmt: skip
        first_word = min(filter(None, (fact.offered_at, fact.escalated_at, fact.closed_at)), default=None)
        self.to_offer.add(fact.received_at, fact.offered_at)
        self.to_acceptance.add(fact.received_at, fact.assigned_at)
        self.to_first_word.add(fact.received_at, first_word)
        if state(fact) == "asking":
            self.waiting.append(Waiting(fact.waits_for or "asking", fact.received_at, _language(fact)))

    def _count(self, fact: Fact) -> None:
        self.states[state(fact)] += 1
        self.municipalities[fact.municipality or ""] += 1
        self.languages[_language(fact)] += 1
        self.escalations.update(fact.escalations)
        self.undelivered.update(fact.undelivered)
        self.minutes += fact.minutes
        self.assignments += fact.assignments
        if fact.outcome:
            self.outcomes[fact.outcome] += 1
        if fact.unserved:
            self.unserved[fact.unserved] += 1
        self.offers.update(
            made=fact.offers, declined=fact.declined, expired=fact.expired,
            dropped_out=fact.dropped_out, taken_back=fact.taken_back,
        )  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """In the order of the programme's own table; what it has no row for follows where there are cases."""
        order = sorted(region.categories().values(), key=lambda category: category.order)
        shown = [c.code for c in order if c.in_programme_table or c.code in self.table]
        return [{"label": code, **{name: self.table[code][name] for name in COLUMNS}} for code in shown]

    def as_json(self) -> dict[str, Any]:
        return {
            "table": self.rows(),
            "received": sum(counts["received"] for counts in self.table.values()),
            "states": dict(self.states), "escalations": dict(self.escalations), "unserved": dict(self.unserved),
            "outcomes": dict(self.outcomes), "offers": dict(self.offers), "undelivered": dict(self.undelivered),
            "minutes": self.minutes,
            "times": {"offer": self.to_offer.as_json(), "acceptance": self.to_acceptance.as_json()},
            "map": dict(self.municipalities), "languages": dict(self.languages.most_common()),
        }  # fmt: skip


def _language(fact: Fact) -> str:
    """As the region writes it, however the partner did: `VI` and `vi-VN` are `vi`."""
    said = fact.language or ""
    return region.canonical_language(said) or said


def state(fact: Fact) -> str:
    if fact.withdrawn:
        return "withdrawn"
    if fact.outcome:
        return "completed"
    if fact.unserved:
        return "unserved"
    if fact.assigned_at and fact.dropped_out + fact.taken_back < fact.assignments:
        return "assigned"
    return "asking"


def count(facts: Iterable[Fact]) -> Figures:
    figures = Figures()
    for fact in facts:
        figures.add(fact)
    return figures


async def figures(store: "MongoStore") -> Figures:
    counted = Figures()
    async for row in store.documents.find({}, {"state": 1, "_id": 0}, batch_size=1000):
        counted.add(Fact.model_validate(row["state"]))
    return counted
