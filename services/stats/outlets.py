"""The figures as Prometheus has them. Which there are, and what labels may say: shared.metrics."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import get_args

from prometheus_client import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.stats import queries
from shared import metrics
from shared.events.responses import Outcome
from shared.metrics import closed


def exposition(figures: queries.Figures, now: datetime) -> bytes:
    """`now`: the network's time, by which cases wait."""
    return generate_latest(_Counted(figures, now))


class _Counted(Collector):
    def __init__(self, figures: queries.Figures, now: datetime) -> None:
        self._figures, self._now = figures, now

    def collect(self) -> Iterator[Metric]:
        made = metrics.Figures()
        self._cases(made)
        self._offers(made)
        self._waiting(made)
        self._times(made)
        yield from vars(made).values()

    def _cases(self, made: metrics.Figures) -> None:
        table = self._figures.table
        made.referrals.add_metric([], sum(counts["received"] for counts in table.values()))
        for category, counts in _in_closed("category", table):
            for column in queries.COLUMNS:
                made.cases.add_metric([category, column], counts[column])
        # Those in which no case is any more are told, too: a panel would go on showing the last number that it had.
        _each(made.states, "state", dict.fromkeys(sorted(metrics.CLOSED["state"]), 0) | self._figures.states)
        _each(made.escalations, "reason", dict.fromkeys(metrics.ESCALATIONS, 0) | self._figures.escalations)

    def _offers(self, made: metrics.Figures) -> None:
        offers = self._figures.offers
        _each(made.offers, "outcome", {name: offers[name] for name in ("made", "declined", "expired")})
        ended = dict.fromkeys(get_args(Outcome), 0) | self._figures.outcomes
        ended |= {"made": self._figures.assignments, **{name: offers[name] for name in ("dropped_out", "taken_back")}}
        _each(made.assignments, "outcome", ended)

    def _waiting(self, made: metrics.Figures) -> None:
        ages: Counter[tuple[str, str]] = Counter()
        oldest = dict.fromkeys(metrics.WAITS, 0.0)
        for one in self._figures.waiting:
            seconds, reason = (self._now - one.since).total_seconds(), closed("reason", one.reason)
            ages[reason, _age(seconds)] += 1
            oldest[reason] = max(seconds, oldest.get(reason, 0.0))
        for (reason, age), n in ages.items():
            made.waiting.add_metric([reason, age], n)
        _each(made.oldest, "reason", oldest)
        _each(made.languages, "language", Counter(one.language for one in self._figures.waiting))

    def _times(self, made: metrics.Figures) -> None:
        figures = self._figures
        steps = {
            "offer": figures.to_offer,
            "first_word": figures.to_first_word,
            "acceptance": figures.to_acceptance,
        }
        for step, times in steps.items():
            seconds = sorted(round(hours * 3600, 3) for hours in times.hours)
            made.seconds.add_metric([step], _buckets(seconds), sum(seconds))


def _each(family: GaugeMetricFamily | CounterMetricFamily, label: str, counts: Mapping[str, float]) -> None:
    found: dict[str, float] = {}
    for value, n in counts.items():
        found[closed(label, value)] = found.get(closed(label, value), 0) + n
    for value, n in found.items():
        family.add_metric([value], n)


def _in_closed(label: str, table: Mapping[str, Counter[str]]) -> Iterator[tuple[str, Counter[str]]]:
    """Every value that the label may have, with nothing where there is nothing."""
    for value in sorted(metrics.CLOSED[label]):
        yield value, table.get(value, Counter())
    others = [counts for value, counts in table.items() if value not in metrics.CLOSED[label]]
    if others:
        yield metrics.OTHER, sum(others, Counter())


def _age(seconds: float) -> str:
    return next(name for name, below in metrics.AGES.items() if seconds < below)


def _buckets(values: Sequence[float]) -> list[tuple[str, float]]:
    """Of sorted ones: up to which → how many."""
    counted: list[tuple[str, float]] = [
        (str(float(bound)), bisect_right(values, bound)) for bound in metrics.REFERRAL_BUCKETS
    ]
    return [*counted, ("+Inf", len(values))]
