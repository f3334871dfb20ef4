"""All metrics of all services. Labels come from closed sets; counting is per batch, so it costs nothing per record."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

REGISTRY = CollectorRegistry()

# What the kernel did with its inputs.
_COUNTERS = {
    "records": Counter("tsunagu_records", "Records read and dealt with", registry=REGISTRY),
    "decisions": Counter("tsunagu_decisions", "Inputs applied to a document", registry=REGISTRY),
    "duplicates": Counter("tsunagu_duplicates", "Inputs known already, dropped", registry=REGISTRY),
    "holes": Counter("tsunagu_holes", "Events ahead of a missing one, not applied", registry=REGISTRY),
    # `result`: repaired, or not_found on its topic.
    "holes_left": Counter("tsunagu_holes_left", "Holes that stayed open for a minute", ["result"], registry=REGISTRY),
    "guard_misses": Counter("tsunagu_guard_misses", "Documents another writer had changed", registry=REGISTRY),
    "dead_letters": Counter("tsunagu_dead_letters", "Records nobody can use", ["reason"], registry=REGISTRY),
    # What went wrong around it: `where` is a reader's name or `sweeper`.
    "failures": Counter("tsunagu_failures", "Batches given back because of an error", ["where"], registry=REGISTRY),
    "stuck": Counter("tsunagu_stuck_documents", "Documents that our code could not continue", registry=REGISTRY),
    "journal_alarms": Counter("tsunagu_journal_alarms", "What journal and database do not agree on", registry=REGISTRY),
    # Notify's mails: `kind` of message, `result` sent, failed or retried.
    "mails": Counter("tsunagu_mails", "Mails by what became of them", ["kind", "result"], registry=REGISTRY),
}

# How far behind: records of the owned partitions that are not committed, per reader.
LAG = Gauge("tsunagu_consumer_lag_records", "Records read by nobody yet", ["reader"], registry=REGISTRY)
# 1 while everything the service needs answers.
READY = Gauge("tsunagu_ready", "Whether the service can work", registry=REGISTRY)


class Metrics:
    """shared.kernel.ports.Counter on Prometheus."""

    def add(self, what: str, n: int = 1, **labels: str) -> None:
        if n:
            counter = _COUNTERS[what]
            (counter.labels(**labels) if labels else counter).inc(n)


def exposition() -> bytes:
    """What Prometheus scrapes."""
    return generate_latest(REGISTRY)
