"""Where logs go has no room: what is told there is lost, and nothing else."""

import subprocess
import sys
from pathlib import Path

FULL = Path("/dev/full")
WORK = """
import os, sys
from shared import logs
logs.configure("intake")
for _ in range(1000):
    logs.logger().error("request failed", route="POST /referrals", status=503)
print("it went on", file=sys.stderr, flush=True)
os._exit(0)
"""


def test_a_full_disk_under_the_log_ends_nothing() -> None:
    with FULL.open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            [sys.executable, "-c", WORK], stdout=full, stderr=subprocess.PIPE, check=False, text=True
        )
    assert (ended.returncode, ended.stderr) == (0, "it went on\n")
