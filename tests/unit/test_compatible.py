"""Changes of a contract: which may be made under the same type, and what is said about those that may not."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from shared.events.compatible import breaches, sentence


class Part(BaseModel):
    a: str
    b: int = 0


class Grown(BaseModel):
    a: str
    b: int = 0
    c: str = ""


class Shrunk(BaseModel):
    a: str


class Needy(BaseModel):
    a: str
    b: int


def one(annotation: Any, default: Any = ...) -> dict[str, Any]:
    """The schema of a model with one field `x`."""
    return create_model("Model", x=(annotation, default)).model_json_schema()


def limited(annotation: Any, **limits: Any) -> dict[str, Any]:
    return one(annotation, Field(**limits))


def raw(**field: Any) -> dict[str, Any]:
    return {"properties": {"x": field}}


def strict(**fields: Any) -> dict[str, Any]:
    return create_model("Model", __config__=ConfigDict(extra="forbid"), **fields).model_json_schema()


Narrow = create_model("P", a=(Literal["a"], ...))
Wide = create_model("P", a=(Literal["a", "b"], ...))
TEXT = one(str)
TWO = create_model("Model", x=(str, ...), y=(int, ...)).model_json_schema()
SAME: dict[str, tuple[Any, Any]] = {
    "nothing": (TEXT, TEXT),
    "a new title and description": (TEXT, limited(str, title="X!", description="what it is")),
    "an added field with a default": (TEXT, create_model("Model", x=(str, ...), y=(int, 3)).model_json_schema()),
    "a model moved to a definition of another name": (one(Part), one(create_model("Other", __base__=Part))),
    "an added field deep inside": (one(tuple[Part, ...]), one(tuple[Grown, ...])),
    "a union in another order": (one(int | str), one(str | int)),
    "an enum in another order": (one(Literal["a", "b"]), one(Literal["b", "a"])),
    "one value, written as const or as enum": (raw(const=1), raw(enum=[1])),
    "a mutable or an immutable list": (one(tuple[str, ...]), one(list[str])),
}  # fmt: skip
WIDER: dict[str, tuple[Any, Any]] = {
    "a choice more": (one(Literal["a"]), one(Literal["a", "b"])),
    "any text instead of choices": (one(Literal["a", "b"]), TEXT),
    "nothing instead of something": (TEXT, one(str | None)),
    "a type more": (one(int), one(int | str)),
    "any number instead of a whole one": (one(int), one(float)),
    "anything instead of text": (TEXT, one(Any)),
    "a lower minimum": (limited(int, ge=1), limited(int, ge=0)),
    "no maximum": (limited(int, le=1), one(int)),
    "longer texts": (limited(str, max_length=5), limited(str, max_length=6)),
    "an empty list": (limited(list[str], min_length=1), one(list[str])),
    "no pattern": (limited(str, pattern="^a$"), TEXT),
    "one pattern more": (limited(str, pattern="^a$"), limited(str, pattern="^a$|^b$")),
    "any text instead of times": (raw(type="string", format="date-time"), raw(type="string")),
    "not required any more": (TEXT, one(str, "")),
    "a choice more in a definition": (one(Narrow), one(Wide)),
    "entries that are wider": (one(list[Literal["a"]]), one(list[str])),
    "unknown fields ignored": (strict(x=(str, ...)), TEXT),
    "values of a map that are wider": (one(dict[str, int]), one(dict[str, float])),
}  # fmt: skip
BREAKS: dict[str, tuple[Any, Any, str, str]] = {
    "a field removed": (one(str), {"properties": {}}, "x", "is gone"),
    "a field renamed": (TEXT, create_model("Model", y=(str, "")).model_json_schema(), "x", "is gone"),
    "a field of a part removed": (one(Part), one(Shrunk), "x.b", "is gone"),
    "a field of entries removed": (one(list[Part]), one(list[Shrunk]), "x[].b", "is gone"),
    "a field of a choice removed": (one(Part | None), one(Shrunk | None), "x.b", "is gone"),
    "a part removed whole": (one(Part), {"properties": {}}, "x", "is gone"),
    "required now": (one(str, ""), TEXT, "x", "is now required"),
    "required now, deep inside": (one(Part), one(Needy), "x.b", "is now required"),
    "new and required": (TEXT, TWO, "y", "is new and required"),
    "another type": (TEXT, one(int), "x", "was string and is integer"),
    "whole numbers only": (one(float), one(int), "x", "was number and is integer"),
    "no null any more": (one(str | None), TEXT, "x", "was null and is string"),
    "a type less": (one(int | str), one(int), "x", "was string and is integer"),
    "one instead of many": (one(list[str]), TEXT, "x", "was array and is string"),
    "a choice less": (one(Literal["a", "b"]), one(Literal["a"]), "x", "may no longer be b"),
    "choices instead of any text": (TEXT, one(Literal["a", "b"]), "x", "may only be a, b now"),
    "another constant": (raw(const=1), raw(const=2), "x", "may no longer be 1"),
    "a choice less, in a list": (one(list[Literal["a", "b"]]), one(list[Literal["a"]]), "x[]", "may no longer be b"),
    "a higher minimum": (limited(int, ge=0), limited(int, ge=1), "x", "at least 1, was 0"),
    "a maximum": (one(int), limited(int, le=9), "x", "at most 9, was without such a limit"),
    "more than": (one(int), limited(int, gt=9), "x", "more than 9"),
    "shorter texts": (limited(str, max_length=5), limited(str, max_length=4), "x", "characters, at most 4"),
    "fewer entries": (one(list[str]), limited(list[str], max_length=4), "x", "entries, at most 4"),
    "no empty list": (one(list[str]), limited(list[str], min_length=1), "x", "entries, at least 1"),
    "a pattern": (TEXT, limited(str, pattern="^a$"), "x", "must match ^a$, was any text"),
    "another pattern": (limited(str, pattern="^a$"), limited(str, pattern="^b$"), "x", "must match ^b$, was ^a$"),
    "another format": (raw(type="string"), raw(type="string", format="date"), "x", "has format date"),
    "multiples only": (one(int), limited(int, multiple_of=5), "x", "multipleOf 5"),
    "no entry twice": (one(list[str]), one(set[str]), "x", "an entry twice"),
    "another default": (one(str, "a"), one(str, "b"), "x", "has the default 'b', was 'a'"),
    "no unknown fields": (TEXT, strict(x=(str, ...)), "", "refuses fields"),
    "values of a map that are narrower": (one(dict[str, float]), one(dict[str, int]), "x{}", "was number and is integer"),
    "no choices where there was one": (one(Part | str), one(str), "x", "was object and is string"),
}  # fmt: skip


@pytest.mark.parametrize("what", SAME)
def test_a_change_that_nobody_notices(what: str) -> None:
    old, new = SAME[what]
    assert breaches(old, new, widening=False) == []


@pytest.mark.parametrize("what", WIDER)
def test_what_is_wider_suits_us_but_not_the_readers_of_what_we_say(what: str) -> None:
    old, new = WIDER[what]
    assert breaches(old, new) == []
    (breach,) = breaches(old, new, widening=False)
    assert "wider than its readers were promised" in breach.what


@pytest.mark.parametrize("what", BREAKS)
@pytest.mark.parametrize("widening", [True, False])
def test_what_breaks_is_named_with_its_field(what: str, widening: bool) -> None:
    old, new, field, told = BREAKS[what]
    assert any(b.field == field and told in b.what for b in breaches(old, new, widening=widening))


@pytest.mark.parametrize("what", WIDER)
def test_there_is_no_way_back_from_what_is_wider(what: str) -> None:
    old, new = WIDER[what]
    assert breaches(new, old) != []


def test_every_breach_is_told_at_once_and_a_removed_part_only_once() -> None:
    old = create_model("Model", x=(Part, ...), y=(str, ...), z=(Literal["a", "b"], ...)).model_json_schema()
    new = create_model("Model", z=(Literal["a"], ...), n=(int, ...)).model_json_schema()
    assert [breach.field for breach in breaches(old, new)] == ["n", "x", "y", "z"]


def test_the_sentence_says_how_to_do_it_compatibly() -> None:
    (breach,) = breaches(TEXT, {"properties": {}})
    assert sentence("tsunagu.case.accepted.v1", breach) == (
        "`tsunagu.case.accepted.v1`: `x` is gone: readers of old and new records look for it, so keep it, "
        "or publish a new type `tsunagu.case.accepted.v2` beside it"
    )
