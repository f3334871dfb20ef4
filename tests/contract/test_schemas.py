"""The events' contracts: written down, up to date, immutable, and without anybody's personal data."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from pydantic import BaseModel

from shared.events.base import Event, Frozen, Sealed
from shared.events.golden import breaks, contracts, golden, schema, stored

COMMAND = "run `python -m shared.events.golden` (make schemas) and read the diff"
PERSONAL = {
    "name", "names", "family", "kana", "email", "mail", "phone", "tel", "fax", "address", "street",
    "contact", "contacts", "note", "notes", "comment", "remark", "memo", "text", "birth", "birthday",
    "birthdate", "gender",
    "passport", "card", "resident", "person", "photo", "voice",
}  # fmt: skip
TOPICS = {
    "referrals", "updates", "cases", "matches", "holds", "hold_answers", "offers", "responses", "roster",
}  # fmt: skip
MODELS = [model for _, model in contracts()]
GOLDEN, STORED = golden(), stored()
SERVICES = ("intake", "matching", "notify", "stats")


class ASealedOne(BaseModel):
    value: Sealed


SEALED = ASealedOne.model_json_schema()["properties"]["value"]["pattern"]


def journalled() -> list[type[Event]]:
    """What services keep in their journals for ever, and what they are asked: it lies there for a month."""
    found: dict[str, type[Any]] = {}
    for service in SERVICES:
        for decider in import_module(f"services.{service}.domain").DECIDERS.values():
            found |= decider.events
    for service in SERVICES[:3]:
        commands = import_module(f"services.{service}.domain.commands")
        found |= {command.type: command for command in commands.COMMANDS}
    return list(found.values())


EVERYTHING = list({model.type: model for model in (*MODELS, *journalled())}.values())


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    for inner in getattr(annotation, "__args__", ()):
        yield from models_in(inner)


def told_in_clear(content: dict[str, Any]) -> list[str]:
    """Fields whose names suggest a person, but that are not sealed."""
    parts = [content, *content.get("$defs", {}).values()]
    fields = [(name, field) for part in parts for name, field in part.get("properties", {}).items()]
    return [
        name
        for name, field in fields
        if PERSONAL & set(re.split(r"[_-]", name.lower()))
        and SEALED not in {one.get("pattern") for one in field.get("anyOf", [field])}
    ]


@pytest.mark.parametrize("path", sorted(GOLDEN.keys() | STORED.keys()))
def test_the_golden_schema_is_current(path: str) -> None:
    assert path in STORED, f"{path} is missing: {COMMAND}"
    assert path in GOLDEN, f"{path} is left over, no event has that type: {COMMAND}"
    assert STORED[path] == GOLDEN[path], f"{path} is not what the code says: {COMMAND}"


def test_there_is_one_for_every_topic() -> None:
    assert {topic for topic, _ in contracts()} >= TOPICS
    assert len(GOLDEN) == len(MODELS), "two events of one topic have the same type"


@pytest.mark.parametrize("model", EVERYTHING, ids=lambda model: model.type)
def test_an_event_cannot_be_changed_and_says_nothing_of_a_person_in_the_clear(model: type[Event]) -> None:
    assert issubclass(model, Frozen)
    assert all(part.model_config.get("frozen") for part in models_in(model))
    assert told_in_clear(schema(model)) == [], "seal it (shared.events.base.Sealed), or leave it out"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.type)
def test_what_others_read_can_be_hashed_to_its_depths(model: type[Event]) -> None:
    mutable = [
        name
        for part in models_in(model)
        for name, field in part.model_fields.items()
        if re.search(r"\b(list|dict|set)\b", str(field.annotation))
    ]
    assert mutable == [], "use a tuple or a frozen model"


def test_personal_data_in_the_clear_is_seen() -> None:
    class Inner(Frozen):
        email_address: str

    class Careless(Event):
        type = "careless"
        contact: Sealed | None = None
        name: str
        inner: Inner

    assert told_in_clear(schema(Careless)) == ["name", "email_address"]


def test_incompatible_changes_are_named_and_added_fields_are_not() -> None:
    old = {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"]}
    added = {"properties": {**old["properties"], "c": {"type": "string"}}, "required": ["a"]}
    changed = {"properties": {"b": {"type": "integer"}, "d": {}}, "required": ["d"]}
    assert breaks(old, added) == []
    assert breaks(old, changed) == ["a is gone", "a need not be there", "b has another type", "d is needed"]
    nested = {"$defs": {"Part": old}}
    assert breaks(nested, {"$defs": {"Part": changed}})[0] == "Part: a is gone"


def test_a_record_of_today_is_valid_json_under_its_own_names() -> None:
    """Aliases are what travels: `from`, not `from_`."""
    window = json.loads(GOLDEN["cases/tsunagu.case.accepted.v1.json"])["$defs"]["Window"]
    assert set(window["properties"]) == {"from", "to"}
