"""What an operator looks at: the way of a referral from left to right, each service, the proof of delivery."""

from deploy.grafana.panels import Panel, Rows

WAY = [
    Panel("Referrals, a day", {"": "sum(increase(tsunagu:referrals[1d]))"}, kind="stat"),
    Panel("Being asked for", {"": 'max(tsunagu_cases_now{state="asking"})'}, kind="stat"),
    Panel("Offers made, a day", {"": 'max(increase(tsunagu_offers_total{outcome="made"}[1d]))'}, kind="stat"),
    Panel("Mails sent, a day", {"": 'sum(increase(tsunagu_mails_total{result="sent"}[1d]))'}, kind="stat"),
    Panel("Assigned, a day", {"": 'max(increase(tsunagu_assignments_total{outcome="made"}[1d]))'}, kind="stat"),
    Panel("Completed, all in all", {"": 'max(tsunagu_cases_now{state="completed"})'}, kind="stat"),
]
OBJECTIVES = [
    Panel(
        "No first word within five minutes",
        {span: f"tsunagu:referrals_late:ratio_{span}" for span in ("1h", "6h", "3d")}, "percentunit", worry=0.01,
        about="An offer, an escalation or the end of the case. Objective: at most 1 %.",
    ),
    Panel(
        "Attempts to send that did not go through at once",
        {span: f"tsunagu:mails_bad:ratio_{span}" for span in ("1h", "6h", "3d")}, "percentunit", worry=0.01,
        about="Objective: at most 1 %.",
    ),
    Panel(
        "Away", {"{{service}}": "tsunagu:service_unready:ratio_6h"}, "percentunit", worry=0.001,
        about="Share of six hours. Objective: at most 0.1 %.",
    ),
]  # fmt: skip
SERVICES = [
    Panel("Ready", {"{{service}}": "tsunagu:service_ready"}, kind="stat", least=1),
    Panel(
        "Starts, half an hour", {"{{service}}": "sum by (service) (changes(process_start_time_seconds[30m]))"}, worry=3
    ),
    Panel("Records a second", {"{{service}}": "sum by (service) (rate(tsunagu_records_total[5m]))"}),
    Panel("Memory", {"{{service}}": "max by (service) (process_resident_memory_bytes)"}, "bytes"),
    Panel("Processor", {"{{service}}": "sum by (service) (rate(process_cpu_seconds_total[5m]))"}, "percentunit"),
    Panel(
        "Certificates expire in",
        {"{{service}} {{of}}": "min by (service, of) (tsunagu_certificate_expires_timestamp_seconds) - time()"}, "s",
        least=14 * 86400, about="Of those that it connects with; empty where nothing is encrypted. A ticket below 14 days.",
    ),
]  # fmt: skip
WAITING = [
    Panel("Behind", {"{{service}} {{reader}}": "max by (service, reader) (tsunagu_consumer_behind_seconds)"}, "s",
          worry=300, about="Age of the oldest record that a reader has not dealt with."),
    Panel("Lag", {"{{service}} {{reader}}": "sum by (service, reader) (tsunagu_consumer_lag_records)"}),
    Panel("Not told yet", {"{{service}}": "max by (service) (tsunagu_unpublished_seconds)"}, "s", worry=60,
          about="Age of the oldest event in the outbox."),
    Panel("Due", {"{{service}}": "max by (service) (tsunagu_due_oldest_seconds)"}, "s", worry=300,
          about="How long the oldest document has been due."),
]  # fmt: skip
PROOF = [
    Panel("Applied, and known already",
          {"{{service}} applied": "sum by (service) (rate(tsunagu_decisions_total[5m]))",
           "{{service}} dropped": "sum by (service) (rate(tsunagu_duplicates_total[5m]))"},
          about="What came again is dropped: nothing is applied twice."),
    Panel("Holes", {"{{service}} open": "max by (service) (tsunagu_holes_open)",
                    "{{service}} {{result}}": "sum by (service, result) (increase(tsunagu_holes_left_total[1h]))"},
          worry=1, about="Events that wait for one before them; what was read again, or is on no topic."),
    Panel("Two writers", {"{{service}}": "sum by (service) (rate(tsunagu_guard_misses_total[5m]))"},
          about="Documents that another replica had changed: only at a rebalance."),
    Panel("Journal and database disagree", {"{{service}}": "sum by (service) (tsunagu_journal_alarms_total)"}, worry=1),
]  # fmt: skip
LETTERS = [
    Panel("Dead letters, an hour",
          {"{{service}} {{reason}}": "sum by (service, reason) (increase(tsunagu_dead_letters_total[1h]))"}),
    Panel("Aside with stuck documents", {"{{service}}": "max by (service) (tsunagu_letters_aside)"}, worry=1),
    Panel("Batches given back", {"{{service}} {{where}}": "sum by (service, where) (rate(tsunagu_failures_total[5m]))"}),
    Panel("Stopped by the limit", {"{{service}}": "max by (service) (tsunagu_stopped)"}, kind="stat", worry=1),
]  # fmt: skip
ROWS: Rows = {
    "The way of a referral": WAY,
    "Objectives (docs/alerts.md)": OBJECTIVES,
    "Each service": SERVICES,
    "What waits": WAITING,
    "Proof of delivery": PROOF,
    "What nobody can use": LETTERS,
}
