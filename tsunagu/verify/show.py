"""A report for people: what became of what was told, the invariants, what is wrong, one line that says it all."""

import io
from itertools import groupby

from rich.console import Console
from rich.table import Table

from tsunagu.verify.invariants import INVARIANTS
from tsunagu.verify.report import Report, Row

NOTES_AT_MOST, INSTANCES = 20, 3
COLUMNS = ("published", "applied", "in flight", "dead letters", "missing", "twice")


def render(report: Report) -> str:
    console = Console(file=io.StringIO(), width=110, color_system=None)
    console.print(_table(report))
    console.print()
    console.print(_invariants(report))
    for line in [*report.notes[:NOTES_AT_MOST], *_problems(report), *_last(report)]:
        console.print(line, soft_wrap=True, markup=False, highlight=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _table(report: Report) -> Table:
    table = Table("from → to", box=None, header_style="bold", pad_edge=False)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for row in report.rows:
        table.add_row(str(row), *_numbers(row))
    table.add_section()
    table.add_row("in all", *_numbers(report.total()))
    return table


def _numbers(row: Row) -> list[str]:
    numbers = (row.published, row.applied, row.in_flight, row.dead, row.missing, row.twice)
    return [f"{number:,}" for number in numbers]


def _invariants(report: Report) -> Table:
    table = Table("", "invariant", box=None, header_style="bold", pad_edge=False)
    table.add_column("checked", justify="right")
    table.add_column("broken", justify="right")
    table.add_column("")
    for one in INVARIANTS:
        numbers = f"{report.checked[one.name]:,}", f"{len(report.broken(one.name)):,}"
        table.add_row(one.name, one.says, *numbers, report.standing(one))
    return table


def _problems(report: Report) -> list[str]:
    lines = []
    for (invariant, kind), problems in groupby(sorted(report.problems), key=lambda problem: problem[:2]):
        found = [problem.what for problem in problems]
        lines += [f"{invariant} {kind}: {len(found)}", *(f"  {what}" for what in found[:INSTANCES])]
        lines += [f"  and {len(found) - INSTANCES} more (all of them: --json)"] if len(found) > INSTANCES else []
    return lines


def _last(report: Report) -> list[str]:
    total = report.total()
    more = "" if report.ok else "; more is wrong, see above"
    folded = f"{report.documents:,} documents against {report.entries:,} journal entries"
    return [
        f"{folded}: {'as they should be' if report.ok else f'{len(report.problems)} problems'}",
        f"published {total.published}, applied {total.applied}, lost {total.missing}, applied twice {total.twice}{more}",
    ]
