"""What came of a run: figures, the table of faults, and whether all was as it must be."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.chaos.hits import Hit
from tests.chaos.plan import Wishes
from tsunagu.verify import Report, render


@dataclass(frozen=True)
class Outcome:
    """`letters`: of how many poison records there is a dead letter. `settled`: seconds from the last end to lag 0."""

    wishes: Wishes
    report: Report
    hits: Sequence[Hit]
    poison: int
    letters: int
    settled: float
    flaws: Sequence[str]

    def wrong(self) -> list[str]:
        """Empty when all is well."""
        p95, total, asked = percentile(self.times(), 0.95), self.report.total(), self.wishes
        checks = {
            f"{len(self.report.problems)} problems": self.report.ok,
            f"{total.missing} lost, {total.twice} twice": not total.missing and not total.twice,
            f"{self.letters} dead letters of {self.poison} poison records": self.letters == self.poison,
            f"only {self.poison} poison records": self.poison >= asked.poison,
            f"only {total.published} events": total.published >= asked.events,
            f"only {len(self.hits)} faults of {asked.faults}": len(self.hits) == asked.faults,
            f"recovery p95 {p95:.1f} s, over {asked.recovery:g}": p95 <= asked.recovery,
            f"settled after {self.settled:.1f} s, over {asked.settled:g}": self.settled <= asked.settled,
        }
        return [what for what, holds in checks.items() if not holds] + list(self.flaws)

    def times(self) -> list[float]:
        return [hit.recovered for hit in self.hits if hit.recovered is not None]


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that so great a part does not exceed; 0 of none."""
    return sorted(values)[math.ceil(part * len(values)) - 1] if values else 0.0


def show(outcome: Outcome) -> None:
    print(f"\n{render(outcome.report)}")
    Console(width=110).print(_faults(outcome.hits))
    total = outcome.report.total()
    print(
        f"{total.published} events, {len(outcome.hits)} faults: {total.missing} lost, {total.twice} twice; "
        f"{outcome.letters} of {outcome.poison} poison records are dead letters; "
        f"recovery p95 {percentile(outcome.times(), 0.95):.1f} s; "
        f"nothing under way {outcome.settled:.1f} s after the last end"
    )
    for what in outcome.wrong():
        print(f"WRONG: {what}")


def _faults(hits: Sequence[Hit]) -> Table:
    table = Table("fault", "hit", box=None, header_style="bold", pad_edge=False)
    for name in ("times", "median s", "p95 s", "longest s"):
        table.add_column(name, justify="right")
    grouped: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    for hit in hits:
        grouped[hit.fault.kind, hit.fault.target.split("-")[0]].append(hit)
    for (kind, target), of_one in sorted(grouped.items()):
        table.add_row(kind, target, *_figures(of_one))
    table.add_section()
    table.add_row("all", "", *_figures(hits))
    return table


def _figures(hits: Sequence[Hit]) -> list[str]:
    times = [hit.recovered for hit in hits if hit.recovered is not None]
    if not times:
        return [str(len(hits)), "-", "-", "-"]
    return [str(len(hits)), *(f"{value:.1f}" for value in (median(times), percentile(times, 0.95), max(times)))]
