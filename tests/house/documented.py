"""What an operator can set and read, as the code has it and as the docs say it: both must be the same."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from deploy.local.settings import LocalSettings
from shared.settings import Settings
from tests.house.rooms import ROOT, SERVICES, sources

METRIC_KINDS = {"Counter": "_total", "Gauge": "", "Histogram": "", "Summary": "", "Info": "_info"}
METRIC_KINDS |= {f"{kind}MetricFamily": end for kind, end in METRIC_KINDS.items()}
"""Class of prometheus_client → what it appends to the name."""


class Setting(NamedTuple):
    """`of`: `all` services, one of them, or `stack`, the embedded one. `default`: `needed` where there is none."""

    name: str
    of: str
    default: str


class Metric(NamedTuple):
    name: str
    labels: str


def settings() -> set[Setting]:
    """As the settings' classes have them."""
    found = {_setting(name, "all", field) for name, field in Settings.model_fields.items()}
    found |= {_setting(name, "stack", field) for name, field in LocalSettings.model_fields.items()}
    for service in SERVICES:
        own = _own_settings(service)
        names = own.model_fields.keys() - Settings.model_fields.keys()
        found |= {_setting(name, service, own.model_fields[name]) for name in names}
    return found


def _own_settings(service: str) -> type[BaseSettings]:
    return getattr(import_module(f"services.{service}.settings"), f"{service.title()}Settings")


def _setting(name: str, of: str, field: FieldInfo) -> Setting:
    default = "needed" if field.is_required() else "" if field.default in (None, "") else str(field.default)
    return Setting(f"TSUNAGU_{name.upper()}", of, default)


def metrics(root: Path = ROOT) -> set[Metric]:
    """Wherever in the product's sources one is made."""
    return {
        metric for path in sources(root, "services", "shared", "tsunagu", "deploy")
        for metric in _made((root / path).read_text(encoding="utf-8"))
    }  # fmt: skip


def _made(source: str) -> Iterator[Metric]:
    if "prometheus_client" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=kind), args=[ast.Constant(value=str(name)), _, *rest], keywords=named):
                if kind in METRIC_KINDS:
                    rest += [keyword.value for keyword in named if keyword.arg == "labels"]
                    labels = ast.literal_eval(rest[0]) if rest else []
                    yield Metric(name + METRIC_KINDS[kind], ", ".join(labels))


def rows(page: str) -> list[list[str]]:
    """Every row of every table of a page that begins with code, cell by cell, without the backticks."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [
        [cell.strip().replace("`", "") for cell in row.split("|")] for row in re.findall(r"^\| (`.*) \|$", text, re.M)
    ]


def settings_told() -> set[Setting]:
    return {Setting(name, one, default) for name, of, default, _what in rows("settings.md") for one in of.split(", ")}


def metrics_told() -> set[Metric]:
    return {Metric(name, labels) for name, labels, *_meaning in rows("metrics.md")}
