"""What a referral says makes no series; what is counted comes out as it was."""

import re
import subprocess
import sys
from datetime import timedelta
from typing import get_args

from hypothesis import given as having
from hypothesis import settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from services.stats import outlets
from services.stats.domain.fact import Fact
from services.stats.queries import count
from shared import metrics
from shared.events.responses import Outcome
from shared.kafka.behind import Behind
from shared.kernel.record import Place
from tests.alerts.promtool import expressions
from tests.house.rooms import ROOT
from tests.unit.given import NOON

ANY = st.text(max_size=30)
FACTS = st.builds(
    Fact, category=ANY, language=ANY, received_at=st.just(NOON), waits_for=ANY, outcome=st.none() | ANY,
    escalations=st.dictionaries(ANY, st.integers(0, 3), max_size=2),
)  # fmt: skip
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def series(text: bytes) -> Series:
    """(name, labels) → value."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def labels_of(found: Series) -> set[tuple[str, str]]:
    return {pair for _, pairs in found for pair in pairs if pair[0] != "le"}


def figures(*facts: Fact) -> Series:
    return series(outlets.exposition(count(facts), NOON + timedelta(days=2)))


@settings(max_examples=40, deadline=None)
@having(st.lists(FACTS, max_size=4))
def test_no_case_makes_a_label_of_its_own(facts: list[Fact]) -> None:
    for label, value in labels_of(figures(*facts)):
        assert value in metrics.CLOSED[label] or value == metrics.OTHER


@settings(max_examples=40, deadline=None)
@having(reason=ANY, kind=ANY, result=ANY, where=ANY)
def test_whatever_is_counted_stays_within_closed_sets(reason: str, kind: str, result: str, where: str) -> None:
    counter = metrics.Metrics()
    counter.add("dead_letters", reason=reason)
    counter.add("failures", where=where)
    counter.add("mails", kind=kind, result=result, provider=reason)
    for label, value in labels_of(series(metrics.exposition())):
        assert value in metrics.CLOSED[label] or value == metrics.OTHER


def test_the_reasons_of_an_escalation_are_those_that_policy_gives() -> None:
    source = (ROOT / "services/matching/policy.py").read_text(encoding="utf-8")
    told = source[source.index("def nobody_left") : source.index("def expiry")]
    assert set(re.findall(r'(?:return|else) "([a-z_]+)"', told)) == set(metrics.ESCALATIONS)


def test_the_figures_as_metrics() -> None:
    minutes = timedelta(minutes=1)
    base = {"category": "hospital", "language": "vi", "received_at": NOON}
    found = figures(
        Fact(**base, offered_at=NOON + 5 * minutes, offers=2, declined=1),
        Fact(**base, offered_at=NOON + 6 * minutes, assigned_at=NOON + timedelta(days=1), assignments=1, offers=1),
        Fact(**base, escalated_at=NOON + minutes, waits_for="too_far", escalations={"too_far": 1}),
        Fact(**{**base, "language": "xx-unknown"}),
    )

    def value(name: str, **labels: str) -> float:
        return found[name, frozenset(labels.items())]

    assert value("tsunagu_referrals_total") == 4
    assert value("tsunagu_offers_total", outcome="made") == 3
    assert value("tsunagu_assignments_total", outcome="made") == 1
    assert value("tsunagu_waiting_cases", reason="too_far", age="under_3d") == 1
    assert value("tsunagu_waiting_cases", reason="asking", age="under_3d") == 2
    assert value("tsunagu_waiting_oldest_seconds", reason="too_far") == 2 * 86_400
    assert value("tsunagu_waiting_oldest_seconds", reason="all_declined") == 0
    assert value("tsunagu_waiting_languages", language="vi") == 2
    assert value("tsunagu_waiting_languages", language="other") == 1
    assert value("tsunagu_referral_seconds_bucket", step="offer", le="300.0") == 1
    assert value("tsunagu_referral_seconds_bucket", step="first_word", le="300.0") == 2
    assert value("tsunagu_referral_seconds_bucket", step="first_word", le="900.0") == 3
    assert value("tsunagu_referral_seconds_sum", step="acceptance") == 86_400


COUNT_ALL = """
from itertools import product
from shared.metrics import *
print(exposition().decode())
for reason in REASONS: Metrics().add("dead_letters", reason=reason)
for where in FAILING: Metrics().add("failures", where=where)
for result in HOLES_LEFT: Metrics().add("holes_left", result=result)
for kind, result, provider in product(CLOSED["kind"], MAIL_RESULTS, CLOSED["provider"]):
    Metrics().add("mails", kind=kind, result=result, provider=provider)
    MAIL_SECONDS.labels(provider).observe(1)
print("---")
print(exposition().decode())
"""


def test_all_that_can_be_counted_is_there_before_it_happens() -> None:
    """Prometheus sees no rise in a series that begins with it: no alert would fire on the first trouble after a start."""
    done = subprocess.run([sys.executable, "-c", COUNT_ALL], cwd=ROOT, capture_output=True, check=True)
    before, after = (series(text) for text in done.stdout.split(b"---\n"))
    assert before.keys() == after.keys()
    asked = {name for _, expr in expressions() for name in re.findall(r"\bincrease\((tsunagu_\w+)", expr)}
    assert len(asked) > 6
    assert asked - {name for name, _ in (*before, *figures())} == set()


def test_each_end_of_an_assignment_is_counted_from_the_start() -> None:
    told = {dict(labels).get("outcome") for name, labels in figures() if name == "tsunagu_assignments_total"}
    assert told == {"made", "dropped_out", "taken_back", *get_args(Outcome)}


def test_a_state_in_which_no_case_is_any_more_is_told_as_0() -> None:
    """A panel shows the last number that there was: of a series that has gone, that of hours ago."""
    told = {dict(labels)["state"]: n for (name, labels), n in figures().items() if name == "tsunagu_cases_now"}
    assert told == dict.fromkeys(metrics.CLOSED["state"], 0)


def test_how_long_a_reader_is_behind() -> None:
    at = 0.0
    behind, one, two = Behind(now=lambda: at), Place("cases", 0), Place("cases", 1)
    assert behind.seconds({one: 5, two: 5}, {one: 5, two: 5}) == 0
    at = 10
    assert behind.seconds({one: 8, two: 5}, {one: 5, two: 5}) == 0, "seen for the first time"
    at = 20
    assert behind.seconds({one: 9, two: 5}, {one: 5, two: 5}) == 10
    assert behind.seconds({one: 9, two: 5}, {one: 8, two: 5}) == 0, "what was seen at 10 is done with"
    at = 25
    assert behind.seconds({one: 9, two: 7}, {one: 8, two: 5}) == 5
    assert behind.seconds({two: 7}, {two: 5}) == 0 and behind.seconds({}, {}) == 0, "the other's partition now"


def test_a_day_behind_needs_few_notes() -> None:
    at, end, place = 0.0, 0, Place("cases", 0)
    behind = Behind(now=lambda: at)
    for second in range(0, 86_400, 5):
        at, end = second, end + 3
        assert abs(behind.seconds({place: end}, {place: 0}) - second) < 1
    committed = end // 2  # half of it: what comes next was seen half a day ago
    assert abs(behind.seconds({place: end}, {place: committed}) - 43_200) < 0.03 * 86_400
    assert len(behind._seen[place]) < 600
