"""JSON Schemas of models, as one document holds them: each once, under a name, referring to each other."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

PLACE = "#/components/schemas/"


def component(name: str) -> dict[str, str]:
    return {"$ref": f"{PLACE}{name}"}


def schemas(named: Iterable[tuple[str, type[BaseModel]]]) -> dict[str, Any]:
    """By name, with the parts that they share. Two different parts of one name are an error here, not in a client."""
    found: dict[str, Any] = {}
    for name, model in named:
        schema = model.model_json_schema(by_alias=True, ref_template=PLACE + "{model}")
        for part, content in {**schema.pop("$defs", {}), name: schema}.items():
            if found.setdefault(part, content) != content:
                raise ValueError(f"two schemas are named {part}")
    return found


def resolved(schema: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference refers to; anything else is returned as it is."""
    while "$ref" in schema:
        schema = known[str(schema["$ref"]).removeprefix(PLACE)]
    return schema
