"""A clock that jumped is told once; one that is set right by a little, never."""

import pytest

from shared.jumps import Jumps


class Hands:
    """A machine's two clocks, moved by hand."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_000_000.0, 50.0

    def pass_by(self, seconds: float) -> None:
        self.wall, self.steady = self.wall + seconds, self.steady + seconds


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_jump_is_told_once(jump: float) -> None:
    hands = Hands()
    jumps = Jumps(lambda: hands.wall, lambda: hands.steady)
    hands.pass_by(1)
    assert jumps.seconds() == 0
    hands.pass_by(1)
    hands.wall += jump
    assert jumps.seconds() == pytest.approx(jump)
    hands.pass_by(1)
    assert jumps.seconds() == 0


def test_a_correction_and_a_long_pause_are_none() -> None:
    hands = Hands()
    jumps = Jumps(lambda: hands.wall, lambda: hands.steady)
    hands.wall += 2
    assert jumps.seconds() == 0
    hands.pass_by(900)
    assert jumps.seconds() == 0
