"""The plan of a run: pure, by its seed alone, and all that was wished for."""

from collections import Counter

import pytest

from tests.chaos.__main__ import wishes
from tests.chaos.outcome import percentile
from tests.chaos.plan import Kind, Wishes, plan


def test_a_seed_decides_everything() -> None:
    assert plan(Wishes(seed=3)) == plan(Wishes(seed=3))
    assert plan(Wishes(seed=3)) != plan(Wishes(seed=4))


@pytest.mark.parametrize("seed", range(5))
def test_all_that_was_wished_for_happens(seed: int) -> None:
    asked = Wishes(seed=seed)
    faults = plan(asked)
    kinds = Counter(fault.kind for fault in faults)
    assert kinds == {Kind.KILL: 60, Kind.REBALANCE: 12, Kind.STOP: 10, Kind.SEVER: 10, Kind.FREEZE: 4}
    killed = {fault.target for fault in faults if fault.kind is Kind.KILL}
    assert killed == {"broker", "database", *asked.replicas}, "every process is killed"
    assert all(fault.lasts > 6 for fault in faults if fault.kind is Kind.FREEZE), "longer than a session"


def test_who_joins_leaves_before_another_joins() -> None:
    guests = [fault.target for fault in plan(Wishes()) if fault.kind is Kind.REBALANCE]
    assert guests[::2] == guests[1::2]


def test_the_embedded_broker_cannot_be_cut_off() -> None:
    cut = {fault.target for fault in plan(Wishes(broker="embedded")) if fault.kind is Kind.SEVER}
    assert cut == {"database"}


def test_what_is_asked_for_is_said_on_the_command_line() -> None:
    assert wishes(["--broker", "embedded", "--kills", "3"]).kills == 3
    assert wishes(["--broker", "embedded"]).poison == 0


@pytest.mark.parametrize("wrong", [["--kills", "-1"], ["--events", "0"], ["--broker", "rabbit"], ["--kills", "many"]])
def test_what_makes_no_sense_is_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        wishes(wrong)
    assert ended.value.code == 2


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([], 0.95) == 0
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95
    assert percentile([3.0, 1.0], 0.95) == 3
