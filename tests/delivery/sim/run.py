"""One seed, or many on all cores. A run depends on its seed alone: the same one has the same history."""

import multiprocessing
import os
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.pool import Pool
from random import Random
from typing import Any
from unittest import mock

from structlog.testing import capture_logs

from tests.delivery.sim import loop, mail, plants
from tests.delivery.sim.invariants import broken
from tests.delivery.sim.world import World

EVENTS = 200
AT_ONCE = 4
HASHES = {"PYTHONHASHSEED": "0"}
"""Sets have the same order in every run."""


@dataclass(frozen=True)
class Outcome:
    """`again`: the command that plays it again. `problems`: promises that were not kept. `history`: only where there are
    any. `counts`: what befell the run.
    """

    seed: int
    again: str
    problems: Sequence[str]
    history: str
    counts: Counter[str]


def play(seed: int, events: int = EVENTS, plant: str = "", *, always: bool = False) -> Outcome:
    """`plant`: a bug, by its name in plants. `always`: tell the history of a good run, too."""
    world: list[World] = []

    async def lived() -> None:
        world.append(World(seed, events))
        await world[0].run()

    with ExitStack() as stack:
        for patch in outside(seed, world):
            stack.enter_context(patch)
        stack.enter_context(plants.planted(plant))
        try:
            loop.run(seed, lived())
            problems = broken(world[0])
        except Exception:  # whatever it is, it is told with the history that led to it
            problems = [traceback.format_exc()]
    history = world[0].history.text() if problems or always else ""
    more = f" --events {events}" * (events != EVENTS) + f" --plant {plant}" * bool(plant)
    return Outcome(seed, f"python -m tests.delivery.sim {seed}{more}", problems, history, world[0].counts())


def outside(seed: int, world: list[World]) -> Iterator[Any]:
    """What the product reaches past its ports: random bytes, the mail server, its log, and words, which cost more than
    all else.
    """

    def connection(**how: Any) -> Any:
        return world[0].network.connection(**how)

    yield mock.patch("secrets.token_bytes", Random(f"{seed} bytes").randbytes)
    yield mock.patch("aiosmtplib.SMTP", connection)
    yield mock.patch("services.notify.outlets.compose", mail.compose)
    yield capture_logs()  # what a service says of it is in the history, in its own words


def _play(how: tuple[int, int, str]) -> Outcome:
    return play(*how)


@contextmanager
def workers() -> Iterator[Pool]:
    """One process a core, each with its sets in the same order."""
    with mock.patch.dict(os.environ, HASHES), multiprocessing.get_context("spawn").Pool() as pool:
        yield pool


def play_all(pool: Pool, seeds: Iterable[int], events: int = EVENTS, plant: str = "") -> Iterator[Outcome]:
    """In the order in which they end."""
    return pool.imap_unordered(_play, [(seed, events, plant) for seed in seeds], chunksize=1)


def first_broken(pool: Pool, seeds: Sequence[int], plant: str) -> Outcome | None:
    """The first that breaks a promise; not many more are played."""
    for start in range(0, len(seeds), AT_ONCE):
        for outcome in play_all(pool, seeds[start : start + AT_ONCE], plant=plant):
            if outcome.problems:
                return outcome
    return None


def said(outcome: Outcome) -> str:
    """For whoever has to find out why."""
    summary = f"seed {outcome.seed}: {len(outcome.problems)} promises broken; again: {outcome.again}"
    return "\n".join([outcome.history, "", summary, *outcome.problems])
