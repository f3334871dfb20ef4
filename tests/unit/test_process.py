"""What a service's process does by itself."""

import asyncio
import gc
import weakref

import pytest

from shared import process


class Circle:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


async def test_what_goes_in_circles_is_gone_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "COLLECT_EVERY", 0.01)
    gc.collect()
    gc.disable()
    try:
        circle = weakref.ref(Circle())
        assert circle() is not None
        collecting = asyncio.create_task(process.collect_what_is_young())
        async with asyncio.timeout(5):
            while circle() is not None:
                await asyncio.sleep(0.01)
        collecting.cancel()
    finally:
        gc.enable()


def test_garbage_is_looked_for_once_all_is_loaded() -> None:
    before = gc.get_threshold()
    gc.disable()
    try:
        process.collect_seldom()
        assert gc.isenabled()
        assert gc.get_threshold() > before
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
        gc.enable()
