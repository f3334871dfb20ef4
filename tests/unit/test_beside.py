"""Work beside the batches goes on, whatever ends it; but for being told to end."""

import asyncio

import pytest

from shared import beside
from shared.beside import kept_up


async def test_it_begins_anew_whatever_ended_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "PAUSE", 0.0)
    told: list[str] = []
    ends: list[BaseException] = [asyncio.CancelledError(), ValueError("ours"), asyncio.CancelledError()]
    again = asyncio.Event()

    async def work() -> None:
        if ends:
            raise ends.pop(0)
        again.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(kept_up("repair", work, lambda what, error: told.append(f"{what}: {error!r}")))
    await asyncio.wait_for(again.wait(), 5)
    assert told == ["repair: CancelledError()", "repair: ValueError('ours')", "repair: CancelledError()"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(told) == 3
