"""Who may import whom, and which rooms a service has.

Read from the source text: nothing is imported. Each rule returns what is wrong and what to do about it, and
each is also shown a violation, so that a rule which has gone blind fails too.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "matching", "notify", "stats")

REQUIRED_ROOMS = {"__main__", "app", "domain", "queries", "web", "settings"}
OTHER_ROOMS = {
    "__init__",
    "inlets",
    "outlets",
    "policy",
    "scoring",
    "roster",
    "templates",
    "links",
    "mail",
    "partners",
}
DOMAIN_ROOMS = ("domain", "policy", "scoring", "roster")
DOMAIN_MAY_IMPORT = (
    "shared.events",
    "shared.errors",
    "shared.ids",
    "shared.region",
    "shared.kernel.decider",
    "pydantic",
)

Rule = Callable[[Path], list[str]]


def inside(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def sources(root: Path, *tops: str) -> Iterator[Path]:
    """The Python files under these folders, as paths relative to the root."""
    for top in tops:
        yield from sorted(path.relative_to(root) for path in (root / top).rglob("*.py"))


def imports(root: Path, path: Path) -> list[tuple[str, int]]:
    """Everything the file imports, as full dotted names with line numbers; `from a import b` gives `a.b`."""
    found: list[tuple[str, int]] = []
    for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"), str(path))):
        match node:
            case ast.Import(names=names):
                found += [(alias.name, node.lineno) for alias in names]
            case ast.ImportFrom(module=module, names=names, level=level):
                package = path.parts[: len(path.parts) - level] if level else ()
                start = ".".join([*package, *([module] if module else [])])
                found += [(f"{start}.{alias.name}", node.lineno) for alias in names]
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                found.append((name, node.lineno))
    return found


def service_stands_alone(root: Path) -> list[str]:
    return [
        f"{path}:{line} imports {name}. A service imports itself and shared: what another service must know "
        "goes into an event in shared/events, what two need goes into shared."
        for path in sources(root, "services")
        if len(path.parts) > 2
        for name, line in imports(root, path)
        if inside(name, "services", "tsunagu", "deploy", "tests") and not inside(name, f"services.{path.parts[1]}")
    ]


def shared_knows_nobody(root: Path) -> list[str]:
    return [
        f"{path}:{line} imports {name}. shared is below all: hand it in as an argument, or move the code up."
        for path in sources(root, "shared")
        for name, line in imports(root, path)
        if inside(name, "services", "tsunagu", "deploy", "tests")
    ]


def is_domain(path: Path) -> bool:
    room = path.parts[2].removesuffix(".py") if len(path.parts) > 2 else ""
    return "domain" in path.parts[2:-1] or room in DOMAIN_ROOMS or room.startswith("domain")


def domain_is_pure(root: Path) -> list[str]:
    def allowed(service: str, name: str) -> bool:
        siblings = [f"services.{service}.{room}" for room in DOMAIN_ROOMS]
        standard = name.partition(".")[0] in sys.stdlib_module_names
        return standard or inside(name, *DOMAIN_MAY_IMPORT, *siblings)

    return [
        f"{path}:{line} imports {name}. A domain room decides from its arguments alone: hand the value in. "
        f"It may import the standard library, {', '.join(DOMAIN_MAY_IMPORT)} "
        f"and its own service's {', '.join(DOMAIN_ROOMS)}."
        for path in sources(root, "services")
        if is_domain(path)
        for name, line in imports(root, path)
        if not allowed(path.parts[1], name)
    ]


def one_module_knows_the_driver(root: Path) -> list[str]:
    def excepted(path: Path) -> bool:
        # The verifier reads by code of its own, or it would share the faults that it looks for.
        where = "/".join(path.parts[:2]).removesuffix(".py")
        asks_if_it_is_up = path.parts[:3] == ("deploy", "local", "checks.py")
        return where in {"shared/store", "tsunagu/verify"} or asks_if_it_is_up

    return [
        f"{path}:{line} imports {name}. Only shared/store may know the driver, so that changing it is one "
        "line: use what shared.store offers, or add to it."
        for path in sources(root, "services", "shared", "tsunagu", "deploy")
        if not excepted(path)
        for name, line in imports(root, path)
        if inside(name, "motor", "pymongo", "bson", "gridfs")
    ]


def gpl_is_not_imported(root: Path) -> list[str]:
    return [
        f"{path}:{line} imports {name}. SecantusDB is GPL and this code is not: start it as a process."
        for path in sources(root, "services", "shared", "tsunagu", "deploy", "tests")
        for name, line in imports(root, path)
        if inside(name, "secantus", "secantusdb")
    ]


def services_have_the_same_rooms(root: Path) -> list[str]:
    problems = []
    for service in SERVICES:
        folder = root / "services" / service
        rooms = {entry.stem for entry in folder.glob("*") if entry.name not in {"__pycache__", "py.typed"}}
        problems += [
            f"services/{service} has no room {room}: add {room}.py, as in the other services."
            for room in sorted(REQUIRED_ROOMS - rooms)
        ]
        problems += [
            f"services/{service} has an unknown room {room}: who knows one must know all. Put it "
            f"into one of {', '.join(sorted(REQUIRED_ROOMS | OTHER_ROOMS))} (file or folder)."
            for room in sorted(rooms - REQUIRED_ROOMS - OTHER_ROOMS)
        ]
    return problems


RULES: list[Rule] = [
    service_stands_alone,
    shared_knows_nobody,
    domain_is_pure,
    one_module_knows_the_driver,
    gpl_is_not_imported,
    services_have_the_same_rooms,
]

VIOLATIONS: list[tuple[Rule, str, str]] = [
    (service_stands_alone, "services/intake/app.py", "from services.matching import domain"),
    (service_stands_alone, "services/intake/app.py", "from services import matching"),
    (service_stands_alone, "services/intake/app.py", "import services.matching.domain as other"),
    (service_stands_alone, "services/intake/app.py", "from ..matching import domain"),
    (service_stands_alone, "services/intake/app.py", "def late():\n    from tsunagu import cli"),
    (
        service_stands_alone,
        "services/intake/app.py",
        "import importlib\nimportlib.import_module('services.stats')",
    ),
    (shared_knows_nobody, "shared/kernel/runner.py", "import services"),
    (shared_knows_nobody, "shared/web.py", "from deploy.local import stack"),
    (domain_is_pure, "services/intake/domain.py", "import fastapi"),
    (domain_is_pure, "services/intake/domain.py", "from shared.store import Store"),
    (domain_is_pure, "services/intake/domain.py", "from shared import clock"),
    (domain_is_pure, "services/intake/domain.py", "from .queries import cases"),
    (domain_is_pure, "services/intake/domain/cases.py", "from shared.kernel.runner import run"),
    (domain_is_pure, "services/matching/policy.py", "from services.notify.domain import state"),
    (domain_is_pure, "services/matching/scoring.py", "import numpy"),
    (domain_is_pure, "services/matching/roster.py", "from . import app"),
    (one_module_knows_the_driver, "services/stats/queries.py", "from pymongo import ASCENDING"),
    (one_module_knows_the_driver, "shared/kernel/runner.py", "import motor.motor_asyncio"),
    (gpl_is_not_imported, "deploy/local/database.py", "import secantus"),
    (services_have_the_same_rooms, "services/intake/utils.py", ""),
    (services_have_the_same_rooms, "services/intake/app.py", ""),  # the other five rooms are missing
]

GOOD = {
    "services/intake/app.py": ("from services.intake import web\nfrom . import domain\nfrom shared.store import Store"),
    "services/intake/domain.py": (
        "from __future__ import annotations\nfrom datetime import datetime\nfrom shared import ids"
    ),
    "services/matching/domain/__init__.py": "from .cases import decide",
    "services/matching/domain/cases.py": (
        "from services.matching.policy import Policy\nfrom ..scoring import score\n"
        "from shared.events import cases\nfrom shared.kernel.decider import Decider\n"
        "from shared.region.languages import Language"
    ),
    "shared/store.py": "import motor.motor_asyncio",
    "shared/store/mongo.py": "import pymongo",
    "tsunagu/verify/database.py": "import pymongo",
}


def plant(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("rule", RULES)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    problems = rule(ROOT)
    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.parametrize(("rule", "path", "text"), VIOLATIONS)
def test_a_violation_is_seen(rule: Rule, path: str, text: str, tmp_path: Path) -> None:
    plant(tmp_path, path, text)
    problems = rule(tmp_path)
    assert any(str(Path(path).parent) in problem for problem in problems), problems


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule is not services_have_the_same_rooms])
def test_what_is_allowed_passes(rule: Rule, tmp_path: Path) -> None:
    for path, text in GOOD.items():
        plant(tmp_path, path, text)
    assert rule(tmp_path) == []


def test_four_services_with_their_rooms_pass(tmp_path: Path) -> None:
    for service in SERVICES:
        for room in REQUIRED_ROOMS | OTHER_ROOMS - {"templates", "links", "mail", "partners"}:
            plant(tmp_path, f"services/{service}/{room}.py", "")
        plant(tmp_path, f"services/{service}/templates/page.html", "")
        plant(tmp_path, f"services/{service}/__pycache__/app.pyc", "")
    assert services_have_the_same_rooms(tmp_path) == []


def test_every_service_in_the_tree_is_known() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}
    assert folders == set(SERVICES), "SERVICES in this file and the folders under services/ must be the same."
