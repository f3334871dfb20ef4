"""Who may import whom, and which rooms a service has.

Read from the source text: nothing is imported. Each rule returns what is wrong and what to do about it.
"""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

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
    "contracts",
    "pages",
    "timeline",
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

DOMAIN_MAY_USE = (
    "__future__", "abc", "collections", "dataclasses", "datetime", "enum", "functools", "itertools", "math", "operator",
    "re", "typing",
)  # fmt: skip
"""Of the standard library: what gives the same for the same. No clock, chance, file or environment."""
CLOCKS = ("now", "utcnow", "today")

Rule = Callable[[Path], list[str]]


def inside(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def sources(root: Path, *tops: str) -> Iterator[Path]:
    """The Python files under these folders, as paths relative to the root."""
    for top in tops:
        yield from sorted(path.relative_to(root) for path in (root / top).rglob("*.py"))


@cache  # each rule asks again
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
        return inside(name, *DOMAIN_MAY_USE, *DOMAIN_MAY_IMPORT, *siblings)

    return [
        f"{path}:{line} imports {name}. A domain room decides from its arguments alone: hand the value in. "
        f"It may import {', '.join(DOMAIN_MAY_IMPORT)}, its own service's {', '.join(DOMAIN_ROOMS)}, "
        f"and of the standard library {', '.join(DOMAIN_MAY_USE)}."
        for path in sources(root, "services")
        if is_domain(path)
        for name, line in imports(root, path)
        if not allowed(path.parts[1], name)
    ]


def domain_asks_no_clock(root: Path) -> list[str]:
    return [
        f"{path}:{node.lineno} asks a clock. What is decided must be the same when it is decided again: take context.now."
        for path in sources(root, "services")
        if is_domain(path)
        for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"), str(path)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
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
    domain_asks_no_clock,
    one_module_knows_the_driver,
    gpl_is_not_imported,
    services_have_the_same_rooms,
]
