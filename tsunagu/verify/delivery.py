"""I1: what became of each thing that was told: applied once, on its way, in dead letters, or lost."""

from collections.abc import Sequence

from tsunagu.verify.evidence import Evidence
from tsunagu.verify.report import Report, Row
from tsunagu.verify.routes import Route
from tsunagu.verify.topics import Identity, Told


def check(evidence: Evidence, routes: Sequence[Route], report: Report) -> None:
    for route in routes:
        row = Row(route.topic, route.service, published=len(route.published))
        report.checked[route.invariant] += row.published
        for identity, copies in route.published.items():
            _judge(evidence, report, route, row, identity, copies)
        report.rows.append(row)


def _judge(
    evidence: Evidence, report: Report, route: Route, row: Row, identity: Identity, copies: Sequence[Told]
) -> None:
    times = route.applied[identity]
    fate = "applied" if times else _fate(evidence, route, copies)
    setattr(row, fate, getattr(row, fate) + 1)
    if fate == "missing":
        report.add(route.invariant, "lost", f"{row}: {identity}, last at {copies[-1]}")
    if times > 1:
        row.twice += 1
        report.add(route.invariant, "applied twice", f"{row}: {identity}, {times} times")


def _fate(evidence: Evidence, route: Route, copies: Sequence[Told]) -> str:
    """Of what is not applied. A later copy counts, too: its sender repeats itself after a failure."""
    if not all(evidence.done(route.service, told.place, told.offset) for told in copies):
        return "in_flight"
    return "dead" if any((route.service, str(told)) in evidence.dead for told in copies) else "missing"
