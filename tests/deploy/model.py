"""docker-compose.yml as Docker reads it: anchors resolved, variables put in (the Compose Specification, "Interpolation")."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / "deploy/compose/.env.example"
OURS = ("intake", "matching", "notify", "stats")
ONE_SHOTS = ("keys", "topics")
COMMAND_LINE = "tsunagu"

VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<rest>(?:[^{}]|\$\{[^{}]*\})*))?\}")

Model = dict[str, Any]


class Missing(Exception):
    """A variable that the file needs has no value; the message is the file's own."""


def model(variables: Mapping[str, str]) -> Model:
    """The file with these variables. Raises Missing."""
    read: Model = _filled(yaml.safe_load(FILE.read_text(encoding="utf-8")), variables)
    return read


def _filled(node: Any, variables: Mapping[str, str]) -> Any:
    match node:
        case dict():
            return {key: _filled(value, variables) for key, value in node.items()}
        case list():
            return [_filled(value, variables) for value in node]
        case str():
            return filled(node, variables)
    return node


def filled(text: str, variables: Mapping[str, str]) -> str:
    """One value. An empty variable counts as missing, as it does for Docker after `:-` and `:?`."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        if given := variables.get(match["name"]):
            return given
        if match["how"] == "?":
            raise Missing(f"{match['name']}: {match['rest']}")
        return filled(match["rest"] or "", variables)

    return VARIABLE.sub(value, text)


def secrets() -> dict[str, str]:
    """Something for every name that .env.example leaves empty: 64 signs, as deploy/compose/env.sh writes them."""
    names = re.findall(r"^([A-Z_]+)=$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: f"{number:064x}" for number, name in enumerate(names, 1)}


def offered() -> set[str]:
    """Every name in .env.example, those behind # too."""
    return set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))


def asked() -> set[str]:
    """Every variable in docker-compose.yml."""
    return set(re.findall(r"\$\{(\w+)", FILE.read_text(encoding="utf-8")))


def environment(read: Model, container: str) -> dict[str, str]:
    return {name: str(value) for name, value in read["services"][container].get("environment", {}).items()}


def mounts(read: Model, container: str) -> Iterator[tuple[str, str, bool]]:
    """(volume or path, where it is mounted, whether read-only)."""
    for one in read["services"][container].get("volumes", ()):
        source, target, *how = one.split(":")
        yield source, target, how == ["ro"]


def networks(read: Model, container: str) -> set[str]:
    return set(read["services"][container].get("networks", ()))
