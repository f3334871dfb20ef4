"""docs/scaling.md says what was measured and what follows from it, and nothing else."""

import pytest

from tests.bench.scaling import Assumed, Measured, Network, sized
from tests.bench.scaling_tables import DOCUMENT, rendered

MEASURED = Measured(
    topics={"cases": (2, 1000), "intake.commands": (1, 400), "roster": (4, 3000), "resident-keys": (1, 300)},
    collections={"intake: documents": 1500},
    cpu={"intake": 0.01, "matching": 0.019, "database": 0.05},
    key=500,
    choosing=0.00001,
    idle=0.1,
)
PLAIN = Assumed(busy_hours=1, peak=1, load=0.5, copies=1, years=2, supporters_each=10, frame=0, core_month=1000)


def test_the_tables_are_those_that_follow_from_the_figures() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert rendered(text) == text, "python -m tests.bench.scaling_tables writes them anew"


def test_what_is_kept_for_a_month_does_not_grow_and_a_roster_neither() -> None:
    small, large = (sized(Network("", 3600), MEASURED, Assumed(**{**vars(PLAIN), "years": n})) for n in (2, 4))
    month = 3600 * 400 * 30 / 365
    assert small.topics_gb * 1e9 == pytest.approx(3600 * (1000 + 300) * 2 + month)
    assert large.topics_gb * 1e9 == pytest.approx(3600 * (1000 + 300) * 4 + month)


def test_a_process_fills_half_a_core_and_choosing_is_matchings() -> None:
    one = sized(Network("", 360_000), MEASURED, PLAIN)
    assert one.referrals_s == 100 and one.supporters == 36_000
    assert one.processes == {"intake": 2, "matching": 76}, "100 a second, 10 ms each; 19 ms and 360 ms of choosing"
    assert one.partitions == 256
    assert one.keys_mb == pytest.approx(360_000 * 2 * 500 / 1e6)
    cores = 2 * 100 * (0.01 + 0.019 + 0.36 + 0.05)
    disks = (one.topics_gb + one.database_gb) * PLAIN.gigabyte_month
    assert one.yen == pytest.approx(12 * (cores * 1000 + disks))
