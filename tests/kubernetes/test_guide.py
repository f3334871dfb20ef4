"""docs/kubernetes.md: what it names is there, and its commands are commands."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from typer.main import get_command

from deploy.kubernetes import __main__ as generator
from deploy.kubernetes import secrets
from deploy.local.keys import make_keys
from tests.deploy.image_rules import flaws
from tests.deploy.model import ROOT
from tests.kubernetes.built import HERE, OVERLAYS, Cluster, name_of, of
from tests.kubernetes.schemas import KUBERNETES, MODULES
from tests.kubernetes.secret_rules import DOC, listed
from tsunagu.cli import app

TEXT = DOC.read_text(encoding="utf-8")
OPERATIONS = ROOT / "docs/operations.md"
SCALING = ROOT / "deploy/kubernetes/components/autoscaling/scaling.yaml"
PAUSED = "autoscaling.keda.sh/paused-replicas"
BY_OTHERS = {("tsunagu-tls", "tls.crt"), ("tsunagu-tls", "tls.key"), ("tsunagu-roster", "roster.csv")}


def commands() -> Iterator[list[str]]:
    for line in re.findall(r"^ *(?:kubectl|python|docker) .*$", TEXT, re.MULTILINE):
        yield re.split(r" +#", line)[0].split()


def test_commands_of_ours_are_commands() -> None:
    """With options that they know."""
    ours = [line[line.index("--") + 1 :] for line in commands() if "--" in line]
    assert ["tsunagu", "partner", "add", "mito-city", "--key-only"] in ours
    assert [flaw for _, *arguments in ours for flaw in flaws(get_command(app), arguments)] == []


def test_modules_and_folders_are_there() -> None:
    modules = set(re.findall(r"python -m ([a-z.]+)", TEXT))
    assert modules == {generator.__spec__.name.removesuffix(".__main__"), secrets.__name__}
    paths = set(re.findall(r"deploy/[A-Za-z/.-]+[a-zA-Z]", TEXT)) | set(re.findall(r"\]\(([a-z-]+\.md)\)", TEXT))
    below = {ROOT, ROOT / "docs", ROOT / "deploy/kubernetes"}
    assert [path for path in paths if not any((folder / path).exists() for folder in below)] == []


def test_secrets_are_all_made_but_those_of_others() -> None:
    done = subprocess.run([sys.executable, "-m", secrets.__name__], capture_output=True, text=True, check=True)
    made = {(one["metadata"]["name"], key) for one in yaml.safe_load_all(done.stdout) for key in one["stringData"]}
    assert made | BY_OTHERS == set(listed())
    assert not made & BY_OTHERS


def test_two_runs_have_no_secret_in_common() -> None:
    first, second = (_values() for _ in range(2))
    assert first and not first & second


def _values() -> set[str]:
    with tempfile.TemporaryDirectory() as folder:
        return {value for one in secrets.made(make_keys(Path(folder))) for value in one["stringData"].values()}


def test_versions_are_those_that_it_is_held_to() -> None:
    pom = ElementTree.parse(HERE / "pom.xml").getroot()
    held = [one.text or "" for one in pom.iter("{http://maven.apache.org/POM/4.0.0}version")]
    versions = {*KUBERNETES, held[1], *(module.path.rpartition("@v")[2] for module in MODULES)}
    assert {version for version in versions if not re.search(rf"\b{re.escape(_minor(version))}\b", TEXT)} == set()


def test_a_service_that_operations_stop_is_not_started_by_what_scales_it() -> None:
    """KEDA sets what is below `minReplicaCount` back to it, unless it is told to pause."""
    rows = re.findall(
        r"^\| `(stop|start) (\w+)` \|.*\| `(kubectl [^`]*)` \|$", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE
    )
    scaled = {one["metadata"]["name"] for one in yaml.safe_load_all(SCALING.read_text(encoding="utf-8"))}
    assert {how for how, _, _ in rows} == {"stop", "start"} and {service for _, service, _ in rows} <= scaled
    for how, service, command in rows:
        assert command.startswith(f"kubectl annotate scaledobject/{service} ")
        assert command.endswith(f"{PAUSED}=0" if how == "stop" else f"{PAUSED}-")


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


@pytest.mark.kubernetes
@pytest.mark.timeout(900)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_templates_that_it_runs_are_there(overlay: str, clusters: Mapping[str, Cluster]) -> None:
    named = set(re.findall(r"--from=cronjob/([a-z-]+)", TEXT))
    assert named and named <= {name_of(one) for one in of(clusters[overlay], "CronJob")}
