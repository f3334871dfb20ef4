"""A small disk of its own, to be full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SIZE = "48m"
LEFT = 100_000
"""Bytes that are left when it counts as full: less than the database wants at once."""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], capture_output=True, check=False
    )
    if made.returncode:
        told = f"no disk of its own can be made here: {made.stderr.decode().strip()}"
        pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Inside the block; what fills it is gone afterwards."""
    ballast = disk / "ballast"
    at = os.statvfs(disk)
    ballast.write_bytes(bytes(max(0, at.f_bavail * at.f_frsize - LEFT)))
    try:
        yield
    finally:
        ballast.unlink()
