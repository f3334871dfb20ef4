"""Prometheus' own tools, of Debian's package."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.__main__ import FOLDER as DASHBOARDS
from tests.house.rooms import ROOT

RULES = ROOT / "deploy" / "prometheus" / "rules"
RUNBOOKS = ROOT / "docs" / "runbooks"
TESTS = Path(__file__).parent / "rules"
NAME = re.compile(r"\b(?:tsunagu|process)_\w+|\btsunagu:[\w:]+")


def program(name: str) -> str:
    """Its path. In CI a machine that lacks it is a failure, elsewhere a reason to skip."""
    if found := shutil.which(name):
        return found
    told = f"not on this machine: {name} (Debian: apt-get install prometheus)"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)


def promtool(*arguments: str | Path, text: str = "") -> tuple[int, str]:
    """Its exit code, and all it says; `text`: on its standard input."""
    command = [program("promtool"), *map(str, arguments)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def rules() -> Iterator[Mapping[str, Any]]:
    """Recording and alerting, as written."""
    for path in sorted(RULES.glob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            yield from group["rules"]


def alerts() -> list[Mapping[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def recorded() -> set[str]:
    return {rule["record"] for rule in rules() if "record" in rule}


def panels() -> dict[str, list[str]]:
    """Title → its PromQL, on both dashboards."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(DASHBOARDS.glob("*.json")))
    every = (panel for text in texts for panel in yaml.safe_load(text)["panels"])
    return {panel["title"]: [one["expr"] for one in panel.get("targets", ())] for panel in every}


def panel_of(alert: str) -> str:
    """Title of the panel that shows it: the first one that its runbook names. Raises AssertionError where it names none."""
    named = re.search(r'\bpanel "([^"]+)"', (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8"), re.I)
    assert named, f"the runbook of {alert} names no panel that shows it"
    return named[1]


def expressions() -> Iterator[tuple[str, str]]:
    """Where it stands, and the PromQL: of every rule and every panel."""
    for rule in rules():
        yield rule.get("alert") or rule["record"], rule["expr"]
    for title, asked in panels().items():
        yield from ((title, expr) for expr in asked)
