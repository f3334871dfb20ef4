"""The network's promises, by name. Every finding says which one it breaks, and every check how often it looked."""

from typing import NamedTuple


class Invariant(NamedTuple):
    """`elsewhere`: why a running network cannot show it; empty where it can."""

    name: str
    says: str
    elsewhere: str = ""


INVARIANTS = (
    Invariant("I1", "what is acknowledged is, in each service that reads it, applied once or a dead letter"),
    Invariant("I2", "nothing is applied that was not published"),
    Invariant("I3", "a document is the fold of its journal; stats are what its topics amount to from offset 0"),
    Invariant("I4", "versions rise by one, and so do the numbers of each stream that a document applies"),
    Invariant("I5", "a change and its events exist together; each event is published, in order, always the same"),
    Invariant("I6", "no supporter over capacity, one assignment a case, nobody asked who may not be"),
    Invariant("I7", "each message ends once; what is delivered is in the mailbox; a repeat has the same Message-ID"),
    Invariant("I8", "every offset below a committed one is applied, or a dead letter"),
    Invariant("I9", "lag 0 and nothing unpublished"),
    Invariant(
        "I10", "a replica's clock an hour off changes nothing that time does not decide",
        "clocks cannot be put wrong from outside: the simulation does",
    ),
    Invariant("I11", "a command or a partner's record repeated under its id is applied once, answered the same"),
)  # fmt: skip
