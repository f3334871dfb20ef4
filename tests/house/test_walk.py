"""The walk in docs/architecture.md is the way that a referral really takes, and short enough to be walked."""

import ast
import re

from tests.house.rooms import ROOT

FILES, LINES = 15, 1200
STEP = re.compile(r"^\d+\. `(services/[\w/]+\.py)` \(([^)]+)\)", re.MULTILINE)


def walk() -> dict[str, list[str]]:
    """File → the functions that the way goes through."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    return {path: re.findall(r"`(\w+)`", functions) for path, functions in STEP.findall(page)}


def spans(path: str) -> dict[str, int]:
    """Function → its lines."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}


def test_every_step_is_there() -> None:
    gone = [f"{path}: {name}" for path, names in walk().items() for name in names if name not in spans(path)]
    assert not gone, f"docs/architecture.md walks through what is not there: {', '.join(gone)}"


def test_it_is_short_enough_to_be_walked() -> None:
    lines = sum(spans(path)[name] for path, names in walk().items() for name in names)
    assert 10 <= len(walk()) <= FILES and 200 < lines <= LINES, f"{len(walk())} files, {lines} lines"


def test_all_four_services_are_on_it() -> None:
    assert {path.split("/")[1] for path in walk()} == {"intake", "matching", "notify", "stats"}
