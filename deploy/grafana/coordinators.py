"""What a coordinator looks at: cases, the languages that wait, how long it takes."""

from deploy.grafana.panels import Panel, Rows

STEPS = {"offer": "first offer", "acceptance": "a supporter accepts"}


def _within(share: float) -> dict[str, str]:
    """Per step: this share of the last 30 days' cases had it within so many seconds."""
    spread = 'max by (le) (increase(tsunagu_referral_seconds_bucket{{step="{step}"}}[30d]))'
    return {told: f"histogram_quantile({share}, {spread.format(step=step)})" for step, told in STEPS.items()}


NOW = [
    Panel(told, {"": f'max(tsunagu_cases_now{{state="{state}"}})'}, kind="stat")
    for state, told in (
        ("asking", "Without a supporter"),
        ("assigned", "Assigned"),
        ("completed", "Completed"),
        ("unserved", "Could not be served"),
    )
]
WAITING = [
    Panel("Waiting, and why", {"{{reason}}, {{age}}": "max by (reason, age) (tsunagu_waiting_cases)"}, kind="bargauge",
          about="asking: supporters have been asked. Any other reason: a coordinator is to decide."),
    Panel("The one that waits longest", {"{{reason}}": "max by (reason) (tsunagu_waiting_oldest_seconds) > 0"}, "s",
          kind="bargauge", worry=259_200),
    Panel("Languages that wait", {"{{language}}": "max by (language) (tsunagu_waiting_languages)"}, kind="bargauge"),
]  # fmt: skip
TIMES = [
    Panel("Half of the cases: from the referral until", _within(0.5), "s"),
    Panel("Nine in ten: from the referral until", _within(0.9), "s"),
]
OUTCOMES = [
    Panel("Offers, a week", {"{{outcome}}": "max by (outcome) (increase(tsunagu_offers_total[7d]))"}),
    Panel("Assignments, a week", {"{{outcome}}": "max by (outcome) (increase(tsunagu_assignments_total[7d]))"}),
    Panel("Escalations, by reason", {"{{reason}}": "max by (reason) (tsunagu_escalations)"}, kind="bargauge"),
    Panel("Cases by category", {"{{category}}": 'max by (category) (tsunagu_cases{reached="received"})'},
          kind="bargauge"),
]  # fmt: skip
ROWS: Rows = {"Now": NOW, "Who waits": WAITING, "How long it takes, of 30 days": TIMES, "How it went": OUTCOMES}
