"""The simulation finds what it is for: each bug, planted, breaks a promise within a few seeds."""

from multiprocessing.pool import Pool

import pytest

from tests.delivery.sim.plants import PLANTS
from tests.delivery.sim.run import first_broken

pytestmark = pytest.mark.timeout(900)  # a busy machine; most take a second
WITHIN = 300
"""Seeds. Nearly all are found in the first."""


@pytest.mark.parametrize("bug", PLANTS)
def test_it_is_found(pool: Pool, bug: str) -> None:
    assert first_broken(pool, range(WITHIN), bug), (
        f"{bug} was planted in {WITHIN} seeds, and none of them broke a promise"
    )
