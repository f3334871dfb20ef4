"""What a part of the stack is: a command, and how to see that it is ready."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ReadyCheck = Callable[[], Awaitable[str | None]]
"""None when the part is ready, else what it waits for, as words after "not ready after 30 s:"."""


def _nothing() -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class Part:
    """One process of the stack.

    `address` is only shown. `env` is added to the supervisor's own. `arguments` are made anew for
    every start and added to `command`. `ready_within` and `grace` (between SIGTERM and SIGKILL) are
    in seconds.
    """

    name: str
    command: Sequence[str]
    address: str
    ready: ReadyCheck
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    arguments: Callable[[], Sequence[str]] = _nothing
    ready_within: float = 120.0
    grace: float = 15.0
