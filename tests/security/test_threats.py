"""docs/security.md: every line of it names a test, and every test that it names is there."""

import ast
import re
from functools import cache

import pytest

from tests.house.rooms import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [row for row in re.findall(r"^\| (.+) \|$", PAGE, re.MULTILINE) if not row.startswith(("could try to", "---"))]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@cache
def named_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8")) if (ROOT / path).is_file() else ast.Module([], [])
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {one.name for one in functions if one.name.startswith("test_")}


@pytest.mark.parametrize(("path", "name"), NAMED, ids="::".join)
def test_what_is_named_is_there(path: str, name: str) -> None:
    assert name in named_in(path), f"docs/security.md says that {path}::{name} shows something: there is no such test"


def test_every_line_names_one() -> None:
    assert len(ROWS) > 50
    without = [row for row in ROWS if not re.search(r"\| `tests/[\w/]+\.py::\w+`$", row)]
    assert not without, "what is stopped is shown by a test, or stands under Not stopped"


def test_every_kind_of_visitor_has_its_part_and_says_what_is_not_stopped() -> None:
    parts = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    honest = [part.partition("\n")[0] for part in parts if "Not stopped:" in part]
    assert len(parts) >= 12 and len(honest) >= len(parts) - 2, honest
