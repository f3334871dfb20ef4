"""What an operator may do with which letter, and what the sentence says where it may not be done."""

from datetime import UTC, datetime

import pytest

from shared.errors import TsunaguError
from shared.kernel.record import Place
from shared.letters.desk import chosen, flaw_of_discard, flaw_of_replay
from shared.letters.head import Head, Letter, State

AT = datetime(2025, 12, 1, tzinfo=UTC)


def letter(reason: str = "payload", state: State = "open", offset: int = 0) -> Letter:
    place = Place("matching.commands", 0)
    head = Head("matching", f"{place}-{offset}", reason, "", place, offset, "0" * 64, 2, AT, "case-1")
    return Letter(head, state, "operator:yui" if state != "open" else "", "2025-12-01T00:00:00+00:00")


@pytest.mark.parametrize("reason", ["payload", "unknown_type", "envelope", "header", "no_key", "too_large"])
def test_what_is_open_can_be_replayed_and_discarded(reason: str) -> None:
    assert flaw_of_replay(letter(reason)) == flaw_of_discard(letter(reason)) == ""


def test_what_waits_with_a_document_can_only_be_released() -> None:
    assert "release that document" in flaw_of_replay(letter("stuck"))
    assert "release that document" in flaw_of_discard(letter("stuck"))


def test_what_was_refused_can_only_be_discarded() -> None:
    assert "must send it anew" in flaw_of_replay(letter("refused"))
    assert flaw_of_discard(letter("refused")) == ""


@pytest.mark.parametrize("state", ["replayed", "discarded"])
def test_what_is_done_says_by_whom_and_when(state: State) -> None:
    for flaw in (flaw_of_replay(letter(state=state)), flaw_of_discard(letter(state=state))):
        assert flaw == f"matching.commands-0-0 has been {state} already by operator:yui at 2025-12-01T00:00:00+00:00"


def test_all_of_a_reason_are_the_open_ones() -> None:
    every = [letter(offset=0), letter("stuck", offset=1), letter(state="replayed", offset=2), letter(offset=3)]
    assert [one.head.offset for one in chosen(every, "payload")] == [0, 3]


def test_an_age_that_is_none_says_how_to_say_it() -> None:
    from tsunagu.groups.dead_letters import age

    assert age("90m").total_seconds() == 5400
    for wrong in ("5x", "", "m", "1.5h"):
        with pytest.raises(TsunaguError, match="say 30m, 12h or 7d"):
            age(wrong)
