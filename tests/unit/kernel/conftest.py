import pytest

from tests.unit.kernel.bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
