"""Cases and supporters, each deciding alone: no place is taken twice, and none is forgotten."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.matching.network import CAPACITY, CASES, PEOPLE, Network


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_in_whatever_order_they_hear_of_each_other(seed: int) -> None:
    chance = Random(seed)
    network = Network(chance)
    for _ in range(40):
        network.interfere() if chance.random() < 0.3 else network.step()
        for person in PEOPLE:
            free = [case for case in network.documents[person].state.holds
                    if (person, case) not in network.by_coordinator]  # fmt: skip
            assert len(free) <= CAPACITY
    network.settle()
    assert network.holds() == network.needed(), "a place is kept that nobody needs, or needed and not kept"
    for person in PEOPLE:
        assert not (network.documents[person].state.erased and network.documents[person].state.holds), (
            "erased, and busy"
        )
    for case in CASES:
        state = network.documents[case].state
        taken = [person for person, offer in state.offers.items() if offer.state == "accepted"]
        assert state.status != "asking" or state.open(), f"{case} waits for nobody"
        assert (taken == [state.assigned]) if state.status == "assigned" else (state.status == "closed" or not taken)
