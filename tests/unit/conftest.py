"""What keeps a thousand small tests short. Nothing here changes what any of them says."""

import gc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import settings
from pytest_asyncio import is_async_test

HERE = Path(__file__).parent
ONE_LOOP = pytest.mark.asyncio(loop_scope="session")
"""They leave nothing running behind, so they need no event loop of their own: making one takes as long as a test."""

settings.register_profile("forgets", database=None, print_blob=True)
settings.load_profile("forgets")  # a file for each example was a fifth of the whole run

gc.disable()  # loading all of this makes hardly any garbage, and looking for it was a tenth of the whole run


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and is_async_test(item):
            item.add_marker(ONE_LOOP, append=False)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
