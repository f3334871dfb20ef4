"""`stop SERVICE…` and `start SERVICE…` of docs/operations.md, for a network of tests/operations; what befalls it."""

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from deploy.local.info import StackInfo, read_stack

WITHIN = 180.0
"""Seconds."""
COMMAND = 'while [ -e "$0" ]; do sleep 0.1; done; set -a; [ -e "$1" ] && . "$1"; set +a; shift; exec "$@"'
"""Of `sh -c`: held back while the file $0 is there; then with the variables of the file $1, what comes behind it."""


def hold(folder: Path, service: str) -> Path:
    return folder / f"hold-{service}"


def stop(folder: Path, services: Sequence[str]) -> None:
    for service in services:
        hold(folder, service).touch()
        if pid := _stack(folder).parts[service].pid:
            os.kill(pid, signal.SIGTERM)
    for service in services:
        _until(f"{service} has stopped", lambda service=service: _asked(folder, service) is None)


def start(folder: Path, services: Sequence[str]) -> None:
    for service in services:
        hold(folder, service).unlink()
    for service in services:
        _until(f"{service} is ready", lambda service=service: _asked(folder, service) == httpx.codes.OK)


def _stack(folder: Path) -> StackInfo:
    found = read_stack(folder / "home")
    assert found, "the network runs"
    return found


def _asked(folder: Path, service: str) -> int | None:
    """Its readiness; None where nobody answers."""
    try:
        return httpx.get(f"{_stack(folder).addresses.services[service]}/health/ready", timeout=5).status_code
    except httpx.HTTPError:
        return None


def _until(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline, f"not within {WITHIN:g} s: {what}"
        time.sleep(0.1)


if __name__ == "__main__":
    {"stop": stop, "start": start}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3:])
