"""In what order tests run."""

import pytest

FIRST = "unit"
LAST = "shared_network"
"""Four services that nobody uses cost as much as a test: that network starts when nothing else is left to be done."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """By file: what fails at once is told at once."""
    late = {item.path for item in items if LAST in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: (item.path in late, FIRST not in item.path.parts))
