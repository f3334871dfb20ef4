"""All metrics of all services, and the closed sets that their labels come from: nothing that a referral says can make a
series of its own. Counting is per batch, so it costs nothing per record. docs/metrics.md says what each one means.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Literal, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)  # fmt: skip
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from shared import region
from shared.events.responses import MessageKind, Outcome
from shared.kernel.dead_letters import REASONS

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each, which nobody reads
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)  # memory, seconds of a processor, and when the process began

# --- What labels may say. Anything else is told as OTHER. ---
OTHER = "other"
READERS = ("kernel", "inlet", "mail")
FAILING = (*READERS, "sweeper")
ESCALATIONS = (
    "nobody_speaks_it", "nobody_takes_it", "no_specialist", "too_far", "all_at_cap", "all_declined", "nobody_free",
    "not_reached",
)  # fmt: skip
"""Why nobody is left to ask: services/matching/policy.py decides it."""
WAITS = ("asking", *ESCALATIONS)
AGES = {"under_1h": 3600, "under_1d": 86_400, "under_3d": 259_200, "under_1w": 604_800, "1w_or_more": float("inf")}
"""How long a case has waited → below so many seconds."""
MAIL_RESULTS = ("sent", "failed", "retried")
HOLES_LEFT = ("repaired", "not_found")
PROVIDERS = ("smtp",)
CERTIFICATES = ("kafka_ca", "kafka_cert", "mongo_ca", "mongo_cert")
"""Settings that name a file of certificates."""
Step = Literal["offer", "first_word", "acceptance"]

CLOSED: Mapping[str, frozenset[str]] = {
    "reader": frozenset(READERS),
    "where": frozenset(FAILING),
    "reason": frozenset((*REASONS, *WAITS)),
    "result": frozenset((*MAIL_RESULTS, *HOLES_LEFT)),
    "provider": frozenset(PROVIDERS),
    "kind": frozenset(get_args(MessageKind)),
    "category": frozenset(region.categories()),
    "reached": frozenset(("received", "assigned", "completed", "escalated")),
    "state": frozenset(("asking", "assigned", "completed", "unserved", "withdrawn")),
    "outcome": frozenset(("made", "declined", "expired", "dropped_out", "taken_back", *get_args(Outcome))),
    "step": frozenset(get_args(Step)),
    "age": frozenset(AGES),
    "language": frozenset(region.languages()),
    "of": frozenset(CERTIFICATES),
}


def closed(label: str, value: str) -> str:
    """The value itself, or OTHER where it is none that the label may have."""
    return value if value in CLOSED[label] else OTHER


_COUNTERS = {
    # What the kernel did with its inputs.
    "records": Counter("tsunagu_records", "Records read and dealt with", registry=REGISTRY),
    "decisions": Counter("tsunagu_decisions", "Inputs applied to a document", registry=REGISTRY),
    "duplicates": Counter("tsunagu_duplicates", "Inputs known already, dropped", registry=REGISTRY),
    "holes": Counter("tsunagu_holes", "Events ahead of a missing one, not applied", registry=REGISTRY),
    # `result`: repaired, or not_found on its topic.
    "holes_left": Counter("tsunagu_holes_left", "Holes that stayed open for a minute", ["result"], registry=REGISTRY),
    "guard_misses": Counter("tsunagu_guard_misses", "Documents another writer had changed", registry=REGISTRY),
    # `reason`: shared.kernel.dead_letters.REASONS.
    "dead_letters": Counter("tsunagu_dead_letters", "Records nobody can use", ["reason"], registry=REGISTRY),
    # What went wrong around it: `where` is a reader's name or `sweeper`.
    "failures": Counter("tsunagu_failures", "Batches given back because of an error", ["where"], registry=REGISTRY),
    "stuck": Counter("tsunagu_stuck_documents", "Documents that our code could not continue", registry=REGISTRY),
    "journal_alarms": Counter("tsunagu_journal_alarms", "What journal and database do not agree on", registry=REGISTRY),
    # Notify's mails: `kind` of message, `result` sent, failed or retried, `provider` that was to deliver it.
    "mails": Counter(
        "tsunagu_mails", "Mails by what became of them", ["kind", "result", "provider"], registry=REGISTRY
    ),
}

# How far behind: records of the owned partitions that are not committed, per reader, and for how long there are some.
LAG = Gauge("tsunagu_consumer_lag_records", "Records read by nobody yet", ["reader"], registry=REGISTRY)
BEHIND = Gauge("tsunagu_consumer_behind_seconds", "Age of the oldest of these", ["reader"], registry=REGISTRY)
# The outbox: decided and stored, and the broker has not acknowledged it yet.
UNPUBLISHED = Gauge("tsunagu_unpublished_seconds", "Age of the oldest event nobody was told", registry=REGISTRY)
# What waits in the database; replicas of one service share it, so each tells the same.
DUE = Gauge("tsunagu_due_documents", "Documents whose time has come, not yet looked at", registry=REGISTRY)
OVERDUE = Gauge("tsunagu_due_oldest_seconds", "How long the first of these has been due", registry=REGISTRY)
ASIDE = Gauge("tsunagu_letters_aside", "Records that lie aside with stuck documents", registry=REGISTRY)
HOLES = Gauge("tsunagu_holes_open", "Events that wait for one before them", registry=REGISTRY)
# 1 while the limit holds the kernel back: too much of what it reads cannot be used.
STOPPED = Gauge("tsunagu_stopped", "Whether too many dead letters have stopped the kernel", registry=REGISTRY)
# 1 while everything the service needs answers.
READY = Gauge("tsunagu_ready", "Whether the service can work", registry=REGISTRY)
# What it connects with; nothing is told where nothing is encrypted.
EXPIRES = Gauge(
    "tsunagu_certificate_expires_timestamp_seconds", "When the first certificate in a file expires", ["of"],
    registry=REGISTRY,
)  # fmt: skip
# Notify: from the moment a mail was to go out (never at night) until the mail server had it, of first attempts.
MAIL_SECONDS = Histogram(
    "tsunagu_mail_seconds", "From due to accepted by the mail server, first attempts", ["provider"],
    buckets=(1, 5, 15, 60, 300, 900, 3600), registry=REGISTRY,
)  # fmt: skip

# A rise is seen only between two scrapes, and trouble may come all at once: each series is there from the start, as 0.
_BEGUN: Mapping[str, Sequence[Sequence[str]]] = {
    "holes_left": [HOLES_LEFT],
    "dead_letters": [REASONS],
    "failures": [FAILING],
    "mails": [get_args(MessageKind), MAIL_RESULTS, PROVIDERS],
}
for _name, _values in _BEGUN.items():
    for _said in product(*_values):
        _COUNTERS[_name].labels(*_said)
for _provider in PROVIDERS:
    MAIL_SECONDS.labels(_provider)

REFERRAL_BUCKETS = (60, 300, 900, 3600, 14_400, 43_200, 86_400, 172_800, 259_200, 604_800, 1_209_600)
"""Seconds, a minute to a fortnight: the network asks at once, and people answer within days."""


class Figures:
    """Stats' figures: counted from its documents at each scrape, so they are exact and outlive a restart."""

    def __init__(self) -> None:
        self.referrals = CounterMetricFamily("tsunagu_referrals", "Referrals that were accepted as cases")
        self.cases = GaugeMetricFamily(
            "tsunagu_cases", "Cases by category and how far they came", labels=["category", "reached"]
        )
        self.states = GaugeMetricFamily("tsunagu_cases_now", "Cases by where they stand", labels=["state"])
        self.escalations = GaugeMetricFamily("tsunagu_escalations", "Escalations by reason", labels=["reason"])
        self.offers = CounterMetricFamily("tsunagu_offers", "Offers by outcome", labels=["outcome"])
        self.assignments = CounterMetricFamily("tsunagu_assignments", "Assignments by outcome", labels=["outcome"])
        self.waiting = GaugeMetricFamily("tsunagu_waiting_cases", "Cases without a supporter", labels=["reason", "age"])
        self.oldest = GaugeMetricFamily("tsunagu_waiting_oldest_seconds", "Age of the oldest", labels=["reason"])
        self.languages = GaugeMetricFamily("tsunagu_waiting_languages", "The same by language", labels=["language"])
        self.seconds = HistogramMetricFamily("tsunagu_referral_seconds", "From referral to a step", labels=["step"])


class Metrics:
    """shared.kernel.ports.Counter on Prometheus."""

    def add(self, what: str, n: int = 1, **labels: str) -> None:
        if n:
            counter = _COUNTERS[what]
            said = {label: closed(label, value) for label, value in labels.items()}
            (counter.labels(**said) if said else counter).inc(n)


def exposition() -> bytes:
    """What Prometheus scrapes."""
    return generate_latest(REGISTRY)
