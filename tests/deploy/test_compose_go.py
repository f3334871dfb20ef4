"""docker-compose.yml read by Docker Compose's own library (compose/main.go), and by ours: both must see the same."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.apache.kafka import missing
from tests.deploy.model import FILE, environment, model, secrets

pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]
HERE = Path(__file__).with_name("compose")


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if missing("go"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Go on this machine (1.24 or newer)")
    made = tmp_path_factory.mktemp("go") / "compose"
    done = subprocess.run(["go", "build", "-o", made, "."], cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


def read(compose: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([compose, FILE], env=variables, capture_output=True, text=True, check=False)


def test_it_is_read_as_our_tests_read_it(compose: Path) -> None:
    done = read(compose, secrets())
    assert done.returncode == 0, done.stderr
    theirs: dict[str, Any] = json.loads(done.stdout)["services"]
    ours = model(secrets())
    assert theirs.keys() == ours["services"].keys()
    for name, said in theirs.items():
        assert said.get("environment", {}) == environment(ours, name), name
        assert said["command"] == ours["services"][name].get("command"), name
        assert {one["target"] for one in said.get("volumes", ())} == {
            one.split(":")[1] for one in ours["services"][name].get("volumes", ())
        }, name


def test_it_names_a_missing_secret_and_what_to_do(compose: Path) -> None:
    done = read(compose, {**secrets(), "KAFKA_PASSWORD_STATS": ""})
    assert done.returncode == 1
    assert "KAFKA_PASSWORD_STATS is missing a value: `make compose-up` writes one into .env" in done.stderr
