"""A slice of `make sim`: the same seeds each time, so that a change that breaks one is known for it."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from multiprocessing.pool import Pool

import pytest

from tests.delivery.sim.run import HASHES, Outcome, play_all, said

pytestmark = pytest.mark.timeout(900)  # a busy machine; they take some seconds
SEEDS = 100
BEFALLS = (
    "CRASH", "FAILURE", "CANCELLED", "FROZEN", "KILLED", "SIGTERM", "STUCK", "TORN", "PASSED",
    "duplicates", "guard_misses", "holes", "holes_left", "dead_letters", "mails", "RECALLED", "BEGUN",
)  # fmt: skip


@pytest.fixture(scope="module")
def outcomes(pool: Pool) -> Sequence[Outcome]:
    return list(play_all(pool, range(SEEDS)))


def test_seeds_keep_every_promise(outcomes: Sequence[Outcome]) -> None:
    failed = next((outcome for outcome in outcomes if outcome.problems), None)
    assert failed is None, said(failed)


@pytest.mark.parametrize("what", BEFALLS)
def test_they_reach_what_they_are_for(outcomes: Sequence[Outcome], what: str) -> None:
    counts = sum((outcome.counts for outcome in outcomes), start=Counter[str]())
    assert counts[what] > SEEDS / 20, f"{what}: {counts[what]} in {SEEDS} seeds"


def test_a_long_run_keeps_them_too(pool: Pool) -> None:
    (outcome,) = play_all(pool, [1_000_000], events=1500)
    assert not outcome.problems, said(outcome)


def test_a_seed_replays_to_the_letter() -> None:
    first, again = _history(7), _history(7)
    assert first == again and "LAST FAULT" in first


def _history(seed: int) -> str:
    command = [sys.executable, "-m", "tests.delivery.sim", str(seed), "--events", "50"]
    return subprocess.run(command, env=os.environ | HASHES, capture_output=True, text=True, check=True).stdout
