"""What an event must not hold: a person's data in the clear, or text in which anybody could write it.

Topics, journals and backups keep what they are told; a name that got into one cannot be erased. A sealed field can:
its key is destroyed. Read from the JSON Schema of a model, so that it holds for the bytes that travel.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter

from shared.events.base import Sealed

WORDS = {
    "address", "birth", "birthdate", "birthday", "card", "comment", "contact", "email", "family", "fax",
    "gender", "given", "kana", "mail", "memo", "name", "note", "passport", "person", "phone", "photo",
    "postcode", "remark", "resident", "sex", "street", "surname", "tel", "text", "voice",
}  # fmt: skip
"""In the name of a field: it may be about a person."""

ALLOWED = {
    "Consent.given_by": "a code: in which capacity, not who",
    "Consent.given_at": "when",
    "Update.about": "the partner's own id of its record, given back on its own topic; at most 200 characters",
    "Update.message": "our own sentence: what to change. It never repeats a value",
    "Publish.record": "the partner's own id of its record; at most 200 characters",
    "Withdraw.record": "as Publish.record",
    "Reject.record": "as Publish.record",
    "Reject.message": "as Update.message",
}
"""Class and field → why it may stay as it is. One that allows nothing any more is a finding, too."""

SEALED = TypeAdapter(Sealed).json_schema()["pattern"]
CLOSED = {"pattern", "enum", "const", "format"}
"""Any of these, and a string is no free text."""


class Leaf(NamedTuple):
    """A field of a class, and the schema of what it finally holds: items of a list, members of a union each."""

    where: str
    field: str
    schema: Mapping[str, Any]


def findings(model: type[BaseModel], allowed: Mapping[str, str] = ALLOWED) -> dict[str, str]:
    """`Class.field` → what to do about it."""
    return {leaf.where: advice for leaf in leaves(model) if (advice := _advice(leaf)) and leaf.where not in allowed}


def _advice(leaf: Leaf) -> str:
    schema = leaf.schema
    if schema.get("type") == "null" or schema.get("pattern") == SEALED:
        return ""
    if any(word in WORDS or word.removesuffix("s") in WORDS for word in re.split(r"[^a-z]+", leaf.field.lower())):
        return "by its name it is about a person: make it Sealed (shared.events.base), or leave it out"
    if schema.get("type") == "string" and not CLOSED & schema.keys():
        return "free text, in which anybody can be named: use Code, Key, Token, a Literal or a pattern, or seal it"
    if schema.keys() <= {"title", "default", "description"}:
        return "may hold anything: say what (dict[str, Token | int], not dict[str, Any])"
    return ""


def leaves(model: type[BaseModel]) -> Iterator[Leaf]:
    """Nested models too, each under its own class; a field that was inherited under the class that declares it."""
    for part in parts(model):
        schema = part.model_json_schema(by_alias=False)
        for name, field in schema.get("properties", {}).items():
            where = f"{_declaring(part, name)}.{name}"
            yield from (Leaf(where, name, end) for end in _ends(field) if "$ref" not in end)


def parts(model: type[BaseModel]) -> set[type[BaseModel]]:
    """The model and every model in it."""
    found, todo = set(), [model]
    while todo:
        part = todo.pop()
        found.add(part)
        todo += [inner for field in part.model_fields.values() for inner in _in(field.annotation) if inner not in found]
    return found


def _in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _in(inner)


def _declaring(part: type[BaseModel], name: str) -> str:
    return next(base.__name__ for base in reversed(part.__mro__) if name in getattr(base, "__annotations__", {}))


def _ends(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    inner = [
        *schema.get("anyOf", ()),
        *schema.get("oneOf", ()),
        *schema.get("allOf", ()),
        *schema.get("prefixItems", ()),
    ]
    if schema.get("type") == "array":
        inner += [schema.get("items", {})] if "items" in schema or not inner else []
    if schema.get("type") == "object":
        more = schema.get("additionalProperties", True)
        inner += [{} if more is True else more]
    if not inner:
        yield schema
    for one in inner:
        yield from _ends(one)
