"""How the demo ends: the programme's table as stats counted it from events, and whether every figure is right."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from shared import region
from tsunagu.demo.habits import CASES


def show(console: Console, figures: Mapping[str, Any]) -> None:
    table = Table("category", "programme", "received", "served", "escalated", title="April–December 2025",
                  title_justify="left", box=None, pad_edge=False)  # fmt: skip
    for column in table.columns[1:]:
        column.justify = "right"
    for row in figures["table"]:
        table.add_row(*map(str, (region.categories()[row["label"]].name_en, CASES.get(row["label"], 0),
                                 row["received"], row["completed"], row["escalated"])))  # fmt: skip
    served = sum(row["completed"] for row in figures["table"])
    table.add_row("total", str(sum(CASES.values())), str(figures["received"]), str(served), "", style="bold")
    console.print(table)
    for line in _lines(figures, served):
        console.print(line)


def _lines(figures: Mapping[str, Any], served: int) -> list[str]:
    times, offers = figures["times"], figures["offers"]
    share = 100 * served / max(1, figures["received"])
    return [
        f"served       {served} of {figures['received']} ({share:.1f} %), {figures['minutes'] // 60} hours of help",
        f"how fast     asked after {_hours(times['offer'])}, accepted after {_hours(times['acceptance'])}",
        f"offers       {_counts(offers)}",
        f"escalated    {_counts(figures['escalations'])}",
        f"not served   {_counts(figures['unserved'])}",
        f"not reached  {_counts(figures['undelivered'])}",
    ]


def _hours(part: Mapping[str, float | None]) -> str:
    return f"{part['median']} h (median), {part['p90']} h (9 in 10)"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in sorted(counts.items()) if n) or "none"


def off(figures: Mapping[str, Any], expected: Mapping[str, int], failures: Sequence[str]) -> list[str]:
    """Everything that is not as it has to be; empty when all is well."""
    received = {row["label"]: row["received"] for row in figures["table"]}
    wrong = [
        f"{category}: {received.get(category, 0)} received, {n} expected"
        for category, n in expected.items()
        if received.get(category, 0) != n
    ]
    open_ = {state: n for state, n in figures["states"].items() if state not in ("completed", "unserved")}
    if open_:
        wrong.append(f"cases that have not ended: {_counts(open_)}")
    return wrong + list(failures)
