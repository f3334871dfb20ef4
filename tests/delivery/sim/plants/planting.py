"""Planting: pieces of the product are replaced while one seed is played."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

Plant = Callable[[], Sequence[Any]]
PLANTS: dict[str, Plant] = {}


def plant(made: Plant) -> Plant:
    """Its patches, under the name of the function."""
    PLANTS[made.__name__] = made
    return made


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Raises KeyError for a bug that there is not; '' is none."""
    with ExitStack() as stack:
        for patch in PLANTS[name]() if name else ():
            stack.enter_context(patch)
        yield
