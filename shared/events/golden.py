"""The golden schemas: what each event looks like to its readers, as JSON Schema, one file per event type.

`python -m shared.events.golden` writes those that are new or changed compatibly (shared.events.compatible), and refuses
others: within a major version fields are only ever added, each with a default; what we alone read may also grow wider.
Anything else needs a new type (`….v2`) beside the old one.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from shared import events
from shared.events.base import Event
from shared.events.compatible import breaches, sentence

FOLDER = Path(__file__).parent / "schemas"
READ_OUTSIDE = {"updates"}
"""Modules of the topics that others than us read: they cannot be taught a wider limit before it is used."""
NOTHING_WRITTEN = (
    "nothing was written. If no record of such a type was ever published, delete its golden file and run this again"
)
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def contracts() -> Iterator[tuple[str, type[Event]]]:
    """Every event that one service tells others, with the name of its topic's module."""
    for module in sorted(found.name for found in iter_modules(events.__path__)):
        for model in getattr(import_module(f"{events.__name__}.{module}"), "EVENTS", ()):
            yield module, model


def golden() -> dict[str, str]:
    """Path within FOLDER → content."""
    return {f"{topic}/{model.type}.json": _text(schema(model)) for topic, model in contracts()}


def schema(model: type[Event]) -> dict[str, Any]:
    """`$id` is the CloudEvents type."""
    return {"$schema": DIALECT, "$id": model.type, **model.model_json_schema(by_alias=True)}


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def stored() -> dict[str, str]:
    return {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.json")}


def incompatible(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Sentences on every schema of `before` whose place `after` cannot take."""
    found = []
    for path, content in sorted(before.items()):
        type_ = Path(path).name.removesuffix(".json")
        if path not in after:
            found.append(f"`{type_}` is gone: records of it lie on topics and in journals for ever: keep the model")
            continue
        flaws = breaches(json.loads(content), json.loads(after[path]), widening=Path(path).parts[0] not in READ_OUTSIDE)
        found += [sentence(type_, flaw) for flaw in flaws]
    return found


def main() -> int:
    """Writes what is new or compatible. 1, with nothing written, where a change is neither."""
    before, after = stored(), golden()
    if broken := incompatible(before, after):
        print("\n".join([*broken, NOTHING_WRITTEN]), file=sys.stderr)
        return 1
    for path, content in after.items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(content, encoding="utf-8")
    print(f"{len(after)} schemas, {sum(before.get(path) != content for path, content in after.items())} written anew")
    return 0


if __name__ == "__main__":
    sys.exit(main())
