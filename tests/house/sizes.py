"""`python -m tests.house.sizes`: how long files and functions are. Fails only beyond the hard limits.

The rest is for reading: a file to point at is short, and a median that creeps up is a house that fills up.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tests.house.rooms import ROOT, sources

TOPS = ("services", "shared", "tsunagu", "deploy", "tests")


class Limits(NamedTuple):
    """In lines: above `told` it is named, above `hard` it fails."""

    told: int
    hard: int


FILE = Limits(250, 300)
FUNCTION = Limits(40, 60)


class Measured(NamedTuple):
    where: str
    lines: int


def files(root: Path, *tops: str) -> list[Measured]:
    """Python files that say anything."""
    counted = (Measured(str(path), len((root / path).read_text().splitlines())) for path in sources(root, *tops))
    return [file for file in counted if file.lines]


def functions(root: Path, *tops: str) -> list[Measured]:
    """From `def` to the last line, docstring and all. A function with others inside (routes, mostly) counts without."""
    return [Measured(f"{path}:{node.lineno} {node.name}", _own_lines(node))
            for path in sources(root, *tops) for node in _functions(ast.parse((root / path).read_text()))]  # fmt: skip


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _own_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    inner = [one for statement in node.body for one in _functions(statement) if one is not node]
    outer = [one for one in inner if not any(one is not other and _holds(other, one) for other in inner)]
    return _length(node) - sum(map(_length, outer))


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _holds(outer: ast.AST, inner: ast.AST) -> bool:
    return any(node is inner for node in ast.walk(outer))


def beyond(measured: list[Measured], limit: int) -> list[Measured]:
    """Longest first."""
    return sorted((one for one in measured if one.lines > limit), key=lambda one: -one.lines)


def table(root: Path) -> Table:
    """Per folder: how many, median and longest."""
    made = Table("", "files", "median", "longest", "functions", "median", "longest", title="lines")
    for tops in [*((top,) for top in TOPS), TOPS]:
        found = files(root, *tops), functions(root, *tops)
        numbers = [f(one.lines for one in every) for every in found for f in (_count, median, max)]
        made.add_row(tops[0] if len(tops) == 1 else "all", *(f"{number:g}" for number in numbers))
    return made


def _count(lines: Iterator[int]) -> int:
    return sum(1 for _ in lines)


def main() -> int:
    console = Console(width=100)
    console.print(table(ROOT))
    failed = False
    for every, limits, what in ((files, FILE, "file"), (functions, FUNCTION, "function")):
        for one in beyond(every(ROOT, *TOPS), limits.told):
            over = one.lines > limits.hard
            failed |= over
            console.print(f"{one.where}: {one.lines} lines" + (f"; a {what} has at most {limits.hard}" if over else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
