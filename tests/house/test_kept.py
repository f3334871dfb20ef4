"""docs/operations.md says of each topic and collection what is kept: as deploy/kafka/network.toml and the code have it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.kafka.declared import read
from shared.shelf import SHELVES
from tests.house.rooms import ROOT

OPERATIONS = ROOT / "docs/operations.md"
MADE_BY = {"collection", "rows", "get_collection"}
"""Methods of the store and of the driver."""
DAY_MS = 24 * 3600 * 1000
ROW = re.compile(r"^\| (for ever|\d+ days?|the newest of each key) \| (.*) \|$", re.MULTILINE)


def kept(config: Mapping[str, str | int | float]) -> str:
    if config["cleanup.policy"] == "compact":
        return "the newest of each key"
    days = float(config["retention.ms"]) / DAY_MS
    return "for ever" if days < 0 else f"{days:g} day{'' if days == 1 else 's'}"


def test_every_topic_is_told_with_how_long_it_is_kept() -> None:
    declared = read()
    wanted: dict[str, set[str]] = defaultdict(set)
    for name, topic in declared.topics.items():
        wanted[kept(declared.keeps[topic.keeps])].add(name)
    text = OPERATIONS.read_text(encoding="utf-8")
    assert {how: set(re.findall("`([^`]+)`", names)) for how, names in ROW.findall(text)} == wanted


def test_every_collection_is_told() -> None:
    _, table = OPERATIONS.read_text(encoding="utf-8").split("| collection | what | goes |")
    rows = re.findall(r"^\| (`.*?) \|", table.partition("\n\n")[0], re.MULTILINE)
    told = [name for row in rows for name in re.findall("`([^`]+)`", row)]
    files = [path for top in ("services", "shared", "tsunagu") for path in (ROOT / top).rglob("*.py")]
    made = {name for path in files for name in collections(path)} | {name for one in SHELVES.values() for name in one}
    assert sorted(told) == sorted(made)


def collections(path: Path) -> Iterator[str]:
    """That are named there, as text or by a constant of that file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=method), args=[ast.Constant(value=str(name)), *_]) if (
                method in MADE_BY
            ):
                yield name
            case ast.Call(func=ast.Attribute(attr=method), args=[ast.Name(id=name), *_]) if method in MADE_BY:
                if found := constants.get(name):
                    yield found
