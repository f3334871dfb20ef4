"""A computation without an end: its process ends, and tells where it was."""

import signal
import subprocess
import sys

CODE = """
from shared import overrun
overrun.prepare()
with overrun.within(60):
    pass
with overrun.within(0.05):
    secret = "Nguyen"
    while True:
        pass
"""


def test_a_computation_without_an_end_ends_its_process() -> None:
    ended = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == -signal.SIGPROF
    assert "line 8" in ended.stderr or "line 9" in ended.stderr
    assert "Nguyen" not in ended.stderr
