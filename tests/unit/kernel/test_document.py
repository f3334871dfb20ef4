"""A document, and a line of its journal: copied, stored, told."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic_core import from_json

from shared.kernel.document import Answer, Cause, Document, Entry, entry_from, from_stored, to_stored
from shared.kernel.streams import Half, Sent, Streams

LINE = Entry("case-1", 3, "2026-04-01T00:00:00+00:00", Cause("c", "commands", 1, 7), None, None, "id-1", None, [],
             hash="h", by="partner:acme")  # fmt: skip
LATELY = Half({"matching|matches": 4}, {"cases|case-1": Sent(2)})
EARLIER = Half({"x|y": 1}, {"z|a": Sent(1, 9)})
FULL = Document(
    "case-1", "token", 3, {"state": "open"}, 1, Streams(LATELY, EARLIER, 1_700_000_000, 5), ("c", 7),
    {"id-1": Answer("h", 3, 1_000, 7)}, datetime(2026, 4, 1, tzinfo=UTC), (LINE,), None,
)  # fmt: skip
OTHER: dict[str, Any] = {
    "key": "case-2", "rev": "new", "version": 4, "state": {}, "evolve": 2, "streams": Streams(), "at": ("d", 8),
    "ids": {}, "due": None, "outbox": (), "stuck": "commands-1-8", "size": 99,
}  # fmt: skip


@pytest.mark.parametrize("name", [field.name for field in fields(Document)])
def test_a_copy_differs_in_what_was_asked_for_alone(name: str) -> None:
    copy = FULL.but(**{name: OTHER[name]})
    assert vars(copy) == vars(replace(FULL, **{name: OTHER[name]})) and vars(copy) != vars(FULL)
    assert FULL.but() == FULL and FULL.but() is not FULL


def test_what_is_stored_comes_back() -> None:
    assert from_stored(to_stored(FULL)) == FULL
    assert from_stored(to_stored(Document("case-9"))) == Document("case-9")


def test_a_line_says_what_it_has_in_the_same_order_always() -> None:
    assert entry_from(from_json(LINE.text)) == LINE
    assert LINE.text == (
        '{"document":"case-1","position":3,"at":"2026-04-01T00:00:00+00:00",'
        '"cause":{"cluster":"c","topic":"commands","partition":1,"offset":7},"stream":null,"sequence":null,'
        '"command":"id-1","answer":null,"events":[],"hash":"h","by":"partner:acme"}'
    )
