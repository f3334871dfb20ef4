"""The figures are counted once for all who ask, however many do at once."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from services.stats import queries
from services.stats.queries import Figures
from services.stats.web import Board
from shared.web.pages import Pages


class Counts:
    """In place of the database: how often all cases were counted, each time when told to."""

    def __init__(self) -> None:
        self.begun, self.go_on = 0, asyncio.Event()

    async def figures(self, _store: Any) -> Figures:
        self.begun += 1
        await self.go_on.wait()
        return Figures(minutes=self.begun)


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    counts = Counts()
    monkeypatch.setattr(queries, "figures", counts.figures)
    return counts


@pytest.fixture
def board() -> Board:
    parts: Any = SimpleNamespace(store=None)
    return Board(parts, Pages(), 5.0)


async def test_who_asks_at_once_waits_for_one_count(board: Board, counts: Counts) -> None:
    asked = [asyncio.create_task(board.figures(5.0)) for _ in range(20)]
    await asyncio.sleep(0)
    counts.go_on.set()
    assert [found.minutes for found in await asyncio.gather(*asked)] == [1] * 20
    assert counts.begun == 1


async def test_a_count_that_took_too_long_for_one_is_there_for_the_next(board: Board, counts: Counts) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(board.figures(5.0), 0.01)
    counts.go_on.set()
    assert ((await board.figures(5.0)).minutes, counts.begun) == (1, 1)


async def test_as_they_are_now_is_no_earlier_count(board: Board, counts: Counts) -> None:
    earlier = asyncio.create_task(board.figures(5.0))
    while not counts.begun:
        await asyncio.sleep(0)
    counts.go_on.set()
    assert (await board.figures(0)).minutes == 2
    await earlier
