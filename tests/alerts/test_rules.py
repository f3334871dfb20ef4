"""The rules are valid; each alert fires where it should and is silent beside it, and a wrong one would be noticed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.alerts.promtool import RULES, TESTS, alerts, promtool, recorded
from tests.house.rooms import ROOT

PROMETHEUS = ROOT / "deploy" / "prometheus" / "prometheus.yml"
pytestmark = pytest.mark.timeout(400)  # promtool plays hours of samples
NEVER, ALWAYS = "vector(0) > 0", "vector(1)"


def test_the_configuration_is_valid() -> None:
    code, said = promtool("check", "config", "--lint=all", "--lint-fatal", PROMETHEUS)
    assert code == 0, said


@pytest.mark.parametrize("path", sorted(TESTS.glob("*.yml")), ids=lambda path: path.stem)
def test_the_rules_do_what_their_tests_say(path: Path) -> None:
    code, said = promtool("test", "rules", path)
    assert code == 0, said


@pytest.mark.parametrize("wrong", [NEVER, ALWAYS])
def test_one_that_never_or_always_fires_is_noticed(wrong: str, tmp_path: Path) -> None:
    _spoiled(tmp_path, wrong)
    said = ""
    for path in TESTS.glob("*.yml"):
        text = path.read_text(encoding="utf-8").replace("../../../deploy/prometheus/rules", str(tmp_path))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
        said += promtool("test", "rules", tmp_path / path.name)[1]
    assert {rule["alert"] for rule in alerts() if f'alertname=\\"{rule["alert"]}\\"' not in said} == set(), said[:2000]


def _spoiled(folder: Path, wrong: str) -> None:
    """A copy of the rules, in which every alert asks for something else."""
    groups = yaml.safe_load((RULES / "alerts.yml").read_text(encoding="utf-8"))
    for rule in (rule for group in groups["groups"] for rule in group["rules"]):
        rule |= {"expr": wrong, "for": "0s"}
    (folder / "alerts.yml").write_text(yaml.safe_dump(groups), encoding="utf-8")
    (folder / "recording.yml").write_bytes((RULES / "recording.yml").read_bytes())


def test_each_alert_is_tested_firing_and_silent() -> None:
    found: dict[str, set[bool]] = {rule["alert"]: set() for rule in alerts()}
    for alert, fires in _expectations():
        found[alert].add(fires)
    assert {alert for alert, kinds in found.items() if kinds != {True, False}} == set()


def _expectations() -> Iterator[tuple[str, bool]]:
    for path in TESTS.glob("*.yml"):
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
            for one in test["promql_expr_test"]:
                if one["expr"] in recorded():
                    continue
                alert = re.search(r'alertname="(\w+)"', one["expr"])
                assert alert, one["expr"]
                yield alert[1], bool(one["exp_samples"])
