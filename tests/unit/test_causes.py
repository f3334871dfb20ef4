"""A case that goes through three services and back within a second, put in order."""

from shared.kernel.document import Cause, Entry
from tsunagu.causes import Decided, in_order

SECOND = "2025-12-01T10:00:00+09:00"


def decided(
    service: str, document: str, position: int, answers: str = "", tells: str = "", at: str = SECOND
) -> Decided:
    """`answers`, `tells`: service/document|topic|key|sequence; all but the first of what is told follows from the rest."""
    stream, sequence = None, None
    if answers:
        teller, topic, sequence = answers.split("|")
        stream = f"/tsunagu/{teller}|{topic}"
    events = [
        {"type": "t", "id": "i", "data": {}, "topic": topic, "key": key, "sequence": int(number)}
        for topic, key, number in (one.split("|") for one in tells.split())
    ]
    cause, whole = Cause("c", "t", 0, 0), int(sequence) if sequence else None
    return Decided(service, Entry(document, position, at, cause, stream, whole, None, None, events))


ACCEPTED = decided("intake", "case-1", 1, tells="cases|case-1|1")
ASKS = decided("matching", "case-1", 1, "intake/case-1|cases|1", "offers|supporter-an|1")
TOLD = decided("notify", "supporter-an", 1, "matching/case-1|offers|1")
ANSWERED = decided("notify", "supporter-an", 2, tells="responses|case-1|1")
ASSIGNED = decided("matching", "case-1", 2, "notify/supporter-an|responses|1", "matches|case-1|1")
UNDER_WAY = decided("intake", "case-1", 2, "matching/case-1|matches|1")
WAY = [ACCEPTED, ASKS, TOLD, ANSWERED, ASSIGNED, UNDER_WAY]


def test_nothing_comes_before_its_cause() -> None:
    assert in_order(reversed(WAY)) == WAY
    assert in_order(WAY) == WAY


def test_nor_where_a_clock_is_behind() -> None:
    early = decided("intake", "case-1", 2, "matching/case-1|matches|1", at="2025-12-01T09:59:00+09:00")
    assert in_order([early, *WAY[:-1]]) == [*WAY[:-1], early]


def test_what_has_no_part_in_it_stands_by_its_time() -> None:
    before, after = (
        decided("stats", "fact-1", n, at=at)
        for n, at in ((1, "2025-12-01T09:00:00+09:00"), (2, "2025-12-01T11:00:00+09:00"))
    )
    assert in_order([after, *WAY, before]) == [before, *WAY, after]
