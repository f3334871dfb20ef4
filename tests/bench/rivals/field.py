"""Who is measured side by side."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.rivals import streams
from tests.bench.rivals.work import Work
from tests.house.rooms import ROOT

QUIX = ROOT / ".venv-rivals/bin/python"

Command = Callable[[Work], list[str]]


@dataclass(frozen=True)
class Rival:
    """`batch`, `depth`, `threads`: see Work. `tells`: whether it publishes anything at all; the bare loop does not, and
    promises nothing. `light`: whether how soon it answers is measured, too.
    """

    name: str
    command: Command
    batch: int = 0
    depth: int = 1
    threads: int = 1
    tells: bool = True
    light: bool = True


def _module(name: str) -> Command:
    return lambda work: [sys.executable, "-m", f"tests.bench.rivals.{name}", work.said()]


def _quix(work: Work) -> list[str]:
    return [str(QUIX), str(ROOT / "tests/bench/rivals/quix.py"), work.said()]


BARE = Rival("bare aiokafka and `bulk_write`, batches of 2000", _module("bare"), batch=2000, tells=False, light=False)
OURS = Rival("this kernel, serial, batches of 500", _module("ours"), batch=500)
TELLING = Rival("the same loop, which also tells one event each", _module("telling"), batch=2000, light=False)
FIELD = (
    BARE,
    TELLING,
    OURS,
    Rival("this kernel, serial, batches of 2000", _module("ours"), batch=2000, light=False),
    Rival("this kernel, three at once, batches of 500", _module("ours"), batch=500, depth=3),
    Rival("this kernel, three at once, batches of 2000", _module("ours"), batch=2000, depth=3, light=False),
    Rival("FastStream, one message at a time", _module("idiomatic")),
    Rival("Quix Streams, exactly once, commits each second", _quix),
    Rival("Kafka Streams, exactly once, one thread", streams.command),
    Rival("Kafka Streams, exactly once, two threads", streams.command, threads=2, light=False),
)
