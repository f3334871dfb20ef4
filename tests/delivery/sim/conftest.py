from collections.abc import Iterator
from multiprocessing.pool import Pool

import pytest

from tests.delivery.sim.run import workers


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    with workers() as made:
        yield made
