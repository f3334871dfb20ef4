"""`python -m tests.bench.scaling_tables`: writes the tables of docs/scaling.md anew, from tests/bench/scaling.py.

`--measured` first takes over what `tests/bench/bench_referral.py` has left in build/.
"""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.kafka.declared import read
from tests.bench.scaling import DOCS, MEASURED, Assumed, Measured, Sized, keeps, networks, sized

DOCUMENT = DOCS / "scaling.md"


def tables() -> dict[str, str]:
    """By the name of the marker in the document."""
    measured, assumed = Measured.found(), Assumed()
    every = [sized(network, measured, assumed) for network in networks()]
    return {"measured": _measured(measured), "assumed": _assumed(assumed), "sized": _sized(every)}


def _measured(m: Measured) -> str:
    records, size = sum(count for count, _ in m.topics.values()), sum(size for _, size in m.topics.values())
    declared = read()
    by_keep: dict[str, float] = {}
    for name, (_, bytes_) in m.topics.items():
        by_keep[keeps(name, declared)] = by_keep.get(keeps(name, declared), 0) + bytes_
    rows = [("records on topics", f"{records:.0f}"), ("bytes on topics", f"{size:,.0f}")]
    rows += [(f"… kept `{name}`", f"{value:,.0f}") for name, value in sorted(by_keep.items(), key=lambda x: -x[1])]
    rows += [("bytes in databases (BSON, without indexes)", f"{sum(m.collections.values()):,.0f}")]
    rows += [(f"milliseconds of a processor, {part}", f"{1000 * cost:.1f}") for part, cost in m.cpu.items()]
    rows += [("… for each supporter who is looked at", f"{1000 * m.choosing:.4f}")]
    rows += [("bytes of the resident's key in each notify's memory", f"{m.key:,.0f}")]
    rows += [("of a core, a service that has nothing to do, at most", f"{m.idle:.2f}")]
    return _table(("of one referral", "measured"), rows)


def _assumed(a: Assumed) -> str:
    rows = [
        ("referrals come within", f"{a.busy_hours:,.0f} hours a year"),
        ("the busiest hour has", f"{a.peak:g} times as many as the mean one of these"),
        ("a processor is filled to", f"{100 * a.load:.0f} %"),
        ("copies of topics and databases", f"{a.copies}"),
        ("kept for", f"{a.years} years"),
        ("referrals a year for each supporter", f"{a.supporters_each:g}"),
        ("a record's frame on disk", f"{a.frame} bytes"),
        ("a core", f"{a.core_month:,.0f} yen a month"),
        ("a gigabyte of disk", f"{a.gigabyte_month:g} yen a month"),
    ]
    return _table(("assumed", ""), rows)


def _sized(every: Sequence[Sized]) -> str:
    def each(what: str, value: Callable[[Sized], float]) -> Sequence[str]:
        return (what, *(_shown(value(one)) for one in every))

    rows = [
        each("networks", lambda one: one.network.of),
        each("referrals a year, in each", lambda one: one.network.referrals),
        each("supporters", lambda one: one.supporters),
        each("referrals a second, busiest hour", lambda one: one.referrals_s),
        each("records a second", lambda one: one.records_s),
        each("choosing among supporters, ms a case", lambda one: one.choosing_ms),
        *(each(f"processes of {part}", lambda one, part=part: one.processes[part]) for part in every[0].processes),
        each("partitions", lambda one: one.partitions),
        each("topics, GB, all copies, at the end", lambda one: one.topics_gb),
        each("databases, GB, all copies, at the end", lambda one: one.database_gb),
        each("residents' keys in each notify, MB, at the end", lambda one: one.keys_mb),
        each("cores and disks, yen a year, all networks", lambda one: one.yen * one.network.of),
        each("… a referral", lambda one: one.yen / one.network.referrals),
    ]
    return _table(("", *(one.network.name for one in every)), rows)


def _shown(value: float) -> str:
    """Three digits are more than is known."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruled = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in ruled) + "\n"


def rendered(text: str) -> str:
    """The document with its tables made anew."""
    for name, table in tables().items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text, found = re.subn(pattern, lambda at, table=table: at[1] + table + at[2], text, flags=re.DOTALL)
        assert found == 1, f"docs/scaling.md has one place for the table {name!r}"
    return text


if __name__ == "__main__":
    if "--measured" in sys.argv[1:]:
        MEASURED.write_text(Path("build/referral.json").read_text(encoding="utf-8"), encoding="utf-8")
    DOCUMENT.write_text(rendered(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
