"""How the network stands, from what its processes said of themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.stats.pages.standing import LOST_FOR, Line, Network, Word, line, network
from shared.status.records import EVERY, SILENT_AFTER, Status, Stream
from shared.status.teller import rest

NOW = datetime(2025, 12, 1, 3, 0, 30, tzinfo=UTC)
BEGAN = NOW - timedelta(days=2)


def word(ago: float = 1.0, **said: Any) -> Word:
    """`ago`: seconds since it came."""
    return Word(Status(**{"at": BEGAN, "began": BEGAN, **said}), NOW - timedelta(seconds=ago))


def stream(topic: str = "cases", reader: str = "kernel", **counts: Any) -> Stream:
    return Stream(topic=topic, reader=reader, **{"end": 100, **counts})


def seen(**words: list[Word]) -> Network:
    return network(words, NOW, None, None)


def test_one_that_speaks_is_ready_or_says_what_it_waits_for() -> None:
    assert line("matching", [word()], NOW) == Line("matching", "ready", BEGAN, 1)
    waiting = line("matching", [word(waiting_for=("database",)), word(waiting_for=("broker", "database"))], NOW)
    assert (waiting.state, waiting.replicas, waiting.waiting_for) == ("waiting", 2, ("broker", "database"))
    assert not waiting.well


def test_one_missed_word_is_no_silence_and_three_are() -> None:
    assert line("matching", [word(2 * EVERY)], NOW).state == "ready"
    silent = line("matching", [word(SILENT_AFTER)], NOW)
    assert (silent.state, silent.since, silent.replicas) == ("silent", NOW - timedelta(seconds=SILENT_AFTER), 0)


def test_whether_it_comes_counts_and_not_what_its_clock_says() -> None:
    assert line("matching", [word(at=NOW - timedelta(hours=1))], NOW).state == "ready"
    assert line("matching", [word(900, at=NOW + timedelta(hours=1))], NOW).state == "silent"


def test_one_that_has_ended_on_purpose_is_stopped_at_once() -> None:
    assert line("matching", [word(1, stopped=True)], NOW).state == "stopped"
    assert line("matching", [word(7200, stopped=True)], NOW).state == "stopped"


def test_after_a_restart_the_new_process_speaks_for_the_service() -> None:
    assert line("matching", [word(3, stopped=True), word()], NOW) == Line("matching", "ready", BEGAN, 1)


def test_a_process_that_fell_silent_beside_others_is_told_of_for_a_while() -> None:
    assert line("matching", [word(60), word()], NOW).lost == 1
    assert line("matching", [word(LOST_FOR.total_seconds()), word()], NOW).lost == 0


def test_one_that_nobody_ever_heard_of_is_no_news_and_not_well() -> None:
    assert line("matching", [], NOW).state == "unheard"
    assert [one.service for one in seen(intake=[word()], stats=[]).troubled] == ["stats"]


def test_what_waits_in_the_database_is_the_same_for_all_replicas_and_counts_once() -> None:
    both = [word(2, letters={"payload": 3}, stuck=1, due=5), word(1, letters={"payload": 4}, stuck=1, due=7)]
    found = line("intake", both, NOW)
    assert (found.letters, found.stuck, found.due) == ({"payload": 4}, 1, 7)
    fresh = line("intake", [both[0], word(0.5)], NOW)
    assert fresh.letters == {"payload": 3}, "one that has just begun has not counted yet"


def test_each_replica_tells_of_its_own_partitions() -> None:
    first = word(streams=(stream(end=60, lag=2, behind=1.5), stream("matches", end=7)))
    second = word(streams=(stream(end=40, lag=3, behind=9.0),))
    (cases, matches) = seen(matching=[first, second]).rows
    assert (cases.end, cases.lag, cases.behind, cases.known) == (100, 5, 9.0, True)
    assert (matches.topic, matches.end) == ("matches", 7)


def test_behind_a_silent_reader_grows_what_others_see_come() -> None:
    rows = seen(
        matching=[word(300, streams=(stream(end=100, lag=4),))], stats=[word(streams=(stream(end=130, lag=0),))]
    ).rows
    assert [(row.service, row.end, row.lag, row.known) for row in rows] == [
        ("matching", 130, 34, False),
        ("stats", 130, 0, True),
    ]


def test_nothing_changes_while_nothing_happens() -> None:
    words = {"intake": [word()]}
    assert network(words, NOW, None, None) == network(words, NOW + timedelta(seconds=3), None, None)
    assert network(words, NOW, None, None) != network(words, NOW + timedelta(minutes=1), None, None)


def test_dead_letters_are_counted_each_half_minute_however_long_it_takes() -> None:
    assert [rest(took) for took in (0.01, 0.5, 1.0, 1.5, 4.0, 60.0)] == [10, 10, 20, 30, 30, 30]
