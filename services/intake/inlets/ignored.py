"""What a partner sent that the contract has no place for: taken without it, for a newer client may know more, and said."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel

from services.intake.inlets.taking import TYPES

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


def ignored(type_: str, data: Mapping[str, Any]) -> list[str]:
    """Paths of fields: `arived_on`, `consent.evidense`. One that looks like no field's name is not repeated."""
    return sorted(set(_unknown(TYPES[type_], data)))


def _unknown(model: type[BaseModel], data: Mapping[str, Any], at: str = "") -> Iterator[str]:
    fields = model.model_fields.items()
    known = {said: _inner(field.annotation) for name, field in fields for said in (field.alias or name, name)}
    for name, value in data.items():
        if name not in known:
            yield at + (name if _NAME.fullmatch(name) else "?")
        elif (inner := known[name]) and isinstance(value, dict):
            yield from _unknown(inner, value, f"{at}{name}.")


def _inner(annotation: Any) -> type[BaseModel] | None:
    """Of `Window | None`: Window."""
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
