"""The golden schemas: what each event looks like to its readers, as JSON Schema, one file per event type.

`python -m shared.events.golden` writes them anew. Read the diff before committing it: within a major version
fields are only ever added, each with a default; anything else needs a new type (`….v2`) beside the old one.
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

FOLDER = Path(__file__).parent / "schemas"
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


def breaks(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What in `new` would break a reader of `old`, or leave its records unreadable. Nested models too."""
    had, has = old.get("properties", {}), new.get("properties", {})
    needed, needs = set(old.get("required", ())), set(new.get("required", ()))
    found = [f"{name} is gone" for name in had.keys() - has.keys()]
    found += [f"{name} is needed" for name in needs - needed]
    found += [f"{name} need not be there" for name in needed - needs]
    for name in had.keys() & has.keys():
        was, now = had[name], has[name]
        found += [f"{name} has another {what}" for what in ("type", "$ref") if was.get(what) != now.get(what)]
    for name, was in old.get("$defs", {}).items():
        found += [f"{name}: {what}" for what in breaks(was, new.get("$defs", {}).get(name, was))]
    return sorted(found)


def main() -> int:
    before, after = stored(), golden()
    for path in before.keys() - after.keys():
        (FOLDER / path).unlink()
    for path, content in after.items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(content, encoding="utf-8")
    broken = {path: breaks(json.loads(before[path]), json.loads(after[path])) for path in before.keys() & after.keys()}
    for path, flaws in sorted(broken.items()):
        for flaw in flaws:
            print(f"not compatible: {path}: {flaw}", file=sys.stderr)
    changed = sum(before.get(path) != content for path, content in after.items())
    print(f"{len(after)} schemas, {changed} written anew, {len(before.keys() - after.keys())} removed")
    return 1 if any(broken.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
