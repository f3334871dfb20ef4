"""Whoever is called by an alert finds what to do; dashboards are what their code says."""

import json
import re
import shlex

import pytest
import yaml
from typer.core import TyperGroup
from typer.main import get_command

from deploy.grafana.__main__ import FOLDER, texts
from deploy.grafana.panels import DATASOURCE
from shared.metrics import CLOSED
from tests.alerts.promtool import RUNBOOKS, alerts, panel_of, panels
from tests.house.documented import rows
from tests.house.rooms import ROOT
from tsunagu.cli import app

SECTIONS = ["## Look at", "## Do", "## It is over when"]
NAMES = sorted({rule["alert"] for rule in alerts()})
LINK = re.compile(r"\[[^]]*\]\(([^)#:]+)\)")


@pytest.mark.parametrize("alert", NAMES)
def test_each_alert_has_a_runbook_that_says_what_to_do(alert: str) -> None:
    text = (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {alert}\n\n")
    assert re.findall(r"^## .*", text, re.M) == SECTIONS
    parts = re.split(r"^#.*\n", text, flags=re.M)[1:]
    assert all(len(part.strip()) > 20 for part in parts), "a section of it is empty"


def test_each_alert_links_its_runbook_and_says_what_it_means() -> None:
    for rule in alerts():
        told = rule["annotations"]
        assert told["runbook"] == f"docs/runbooks/{rule['alert']}.md"
        assert len(told["summary"]) > 10 and len(told["description"]) > 20
        assert rule["labels"]["severity"] in ("page", "ticket", "coordinator")


@pytest.mark.parametrize("alert", NAMES)
def test_each_runbook_names_the_panel_that_shows_it(alert: str) -> None:
    """(tests/alerts/test_fires.py sees it there.)"""
    named = re.findall(r'\b[Pp]anel "([^"]+)"', (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8"))
    assert named[0] == panel_of(alert)
    assert set(named) <= panels().keys()


@pytest.mark.parametrize("alert", NAMES)
def test_its_commands_are_whole(alert: str) -> None:
    """As they stand, but for what is written large: nothing that a command needs is left out, and nothing is made up."""
    for said in re.findall(r"`tsunagu ([^`]+)`", (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8")):
        command, words = get_command(app), shlex.split(said)
        while isinstance(command, TyperGroup):
            command = command.commands[words.pop(0)]
        command.make_context(said, words)


@pytest.mark.parametrize("alert", NAMES)
def test_a_line_of_a_panel_that_a_runbook_names_can_be_there(alert: str) -> None:
    """As in: panel "Holes", `open`: …"""
    known = {word for values in CLOSED.values() for word in values} | {
        word for board in texts().values() for word in re.findall(r'"legendFormat": "[^"]* (\w+)"', board)
    }
    named = re.findall(r'\b[Pp]anel "[^"]+", `(\w+)`', (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8"))
    assert set(named) <= known


def test_a_bound_is_seen_on_whatever_has_one() -> None:
    """Grafana colours a number by it, and draws it across lines only where it is told to."""
    for text in texts().values():
        for panel in json.loads(text)["panels"]:
            defaults = panel.get("fieldConfig", {}).get("defaults", {})
            if panel["type"] == "timeseries" and len(defaults["thresholds"]["steps"]) > 1:
                assert defaults["custom"]["thresholdsStyle"]["mode"] == "line", panel["title"]


def test_no_two_panels_have_one_title() -> None:
    titles = [panel["title"] for text in texts().values() for panel in json.loads(text)["panels"]]
    assert len(titles) == len(set(titles))


def test_no_runbook_is_left_over() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == set(NAMES)


def test_the_table_of_alerts_is_whole() -> None:
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| \[(\w+)\]\(runbooks/\1\.md\) \| ([\w, ]+) \|", text, re.M))
    severities: dict[str, list[str]] = {name: [] for name in NAMES}
    for rule in alerts():
        severities[rule["alert"]].append(rule["labels"]["severity"])
    assert told == {name: ", ".join(found) for name, found in severities.items()}


def test_every_link_in_them_leads_somewhere() -> None:
    pages = [ROOT / "docs" / "alerts.md", ROOT / "docs" / "metrics.md", *RUNBOOKS.glob("*.md")]
    links = [(page, link) for page in pages for link in LINK.findall(page.read_text(encoding="utf-8"))]
    assert links and [(str(page), link) for page, link in links if not (page.parent / link).exists()] == []


def test_the_dashboards_are_what_their_code_says() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert written == texts(), "run: python -m deploy.grafana"


def test_panels_lie_side_by_side_and_ask_the_provisioned_datasource() -> None:
    provisioned = yaml.safe_load((FOLDER.parent / "provisioning/datasources/prometheus.yml").read_text())
    assert [one["uid"] for one in provisioned["datasources"]] == [DATASOURCE["uid"]]
    for text in texts().values():
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(text)["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert not taken & cells and at["x"] + at["w"] <= 24, panel["title"]
            taken |= cells


def test_metrics_named_in_the_books_are_documented() -> None:
    known = {row[0] for row in rows("metrics.md")}
    pages = [ROOT / "docs" / "alerts.md", *RUNBOOKS.glob("*.md")]
    named = {name for page in pages for name in re.findall(r"\btsunagu_\w+", page.read_text(encoding="utf-8"))}
    assert named and named - known == set()


NOT_CAUSED = {
    "TsunaguOftenNotReady": "asks for six hours of history; tests/alerts/rules plays them",
    "TsunaguTwoWriters": "a rebalance that lasts for a quarter of an hour; its counter is tested in tests/unit/kernel",
    "TsunaguJournalDisagrees": "two databases for one service; tests/delivery/test_losses_decisions.py makes them",
}
"""Alert → why `make alerts` does not cause it."""


def test_every_other_alert_is_caused_for_real() -> None:
    text = (ROOT / "tests" / "alerts" / "test_fires.py").read_text(encoding="utf-8")
    caused = set(re.findall(r'until_fires\("(\w+)"', text))
    assert caused | NOT_CAUSED.keys() == set(NAMES)
    assert caused & NOT_CAUSED.keys() == set()
