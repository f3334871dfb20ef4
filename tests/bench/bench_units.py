"""The unit tests: short enough to run at every save."""

import os
import re
import subprocess
import sys

import pytest

from tests.bench.results import Measured, Results
from tests.house.rooms import ROOT

pytestmark = pytest.mark.bench
ROUNDS = 3


def test_unit_tests(results: Results) -> None:
    """As pytest itself has it, collection included; the best of three, for the first writes the caches."""
    seconds, passed = zip(*(_run() for _ in range(ROUNDS)), strict=True)
    results.add(Measured(f"unit tests, {passed[0]} of them", min(seconds), "s", rounds=ROUNDS))


def _run() -> tuple[float, int]:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pytest", "tests/unit", "-q"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    found = re.search(r"(\d+) passed.* in ([\d.]+)s", done.stdout)
    assert found, done.stdout[-500:]
    return float(found[2]), int(found[1])
