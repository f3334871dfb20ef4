"""A JSON Schema as the rows of a table: what each field is called, holds, must be and means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.schemas import resolved

Schema = Mapping[str, Any]
TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
}
FORMATS = {"date-time": "date and time (RFC 3339)", "date": "date", "uri-reference": "URI"}
LIMITS = (("minLength", "maxLength", "characters"), ("minimum", "maximum", ""), ("minItems", "maxItems", "entries"))


@dataclass(frozen=True)
class Row:
    """`name`: a path, `consent.given_by`. `limits`: in words; `pattern`: a regular expression; `choices`: all values."""

    name: str
    type: str
    required: bool
    default: Any = None
    limits: tuple[str, ...] = ()
    pattern: str = ""
    choices: tuple[str, ...] = ()
    meaning: str = ""


def rows(schema: Schema, known: Schema, prefix: str = "") -> Iterator[Row]:
    """`known`: schemas that references are looked up in. An object's own fields follow it."""
    schema = resolved(schema, known)
    for name, field in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        choices = [resolved(choice, known) for choice in _choices(field, known)]
        yield _row(path, field, choices, name in schema.get("required", ()))
        for choice in choices:
            inner = resolved(choice.get("items", {}), known) if choice.get("type") == "array" else choice
            yield from rows(inner, known, f"{path}{'[]' if inner is not choice else ''}.")


def _choices(field: Schema, known: Schema) -> list[Schema]:
    """What it may be, but for nothing at all, which `required` says."""
    found = resolved(field, known)
    return [one for one in found.get("anyOf", [found]) if one.get("type") != "null"]


def _row(path: str, field: Schema, choices: list[Schema], required: bool) -> Row:
    first = choices[0]
    many = first.get("type") == "array"
    held = first.get("items", {}) if many else first
    return Row(
        path,
        " or ".join(dict.fromkeys(_type(choice) for choice in choices)),
        required,
        field.get("default"),
        (*_limits(first), *(f"each {limit}" for limit in _limits(held) if many)),
        str(held.get("pattern", "")),
        tuple(map(str, _values(held))),
        str(field.get("description") or first.get("description", "")),
    )


def _type(schema: Schema) -> str:
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return FORMATS.get(schema.get("format", "")) or TYPES.get(schema.get("type", ""), "text")


def _limits(schema: Schema) -> Iterator[str]:
    for low, high, what in LIMITS:
        least, most = schema.get(low), schema.get(high)
        if least is not None and most is not None:
            yield f"{least:,} to {most:,} {what}".strip()
        elif least is not None:
            yield f"at least {least:,} {what}".strip()
        elif most is not None:
            yield f"at most {most:,} {what}".strip()


def _values(schema: Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))
