"""deploy/compose/env.sh and up.sh, run in a folder that has nothing but what they need."""

import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.deploy.model import EXAMPLE, ROOT, secrets


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "deploy/compose", tmp_path / "deploy/compose")
    return tmp_path


def run(clone: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", f"deploy/compose/{script}", *arguments]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)


def made(clone: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", (clone / ".env").read_text(encoding="utf-8"), re.MULTILINE))


def docker(clone: Path, says: str) -> str:
    """In the place of `docker compose`: a program that knows its version and then does what is said."""
    program = clone / "compose"
    program.write_text(f'#!/bin/sh\n[ "$1" = version ] && exit 0\necho "$@" >> calls\n{says}\n')
    program.chmod(0o755)
    return str(program)


def test_a_new_one_has_a_secret_of_its_own_for_each_name(clone: Path) -> None:
    assert run(clone, "env.sh").returncode == 0
    found = made(clone)
    assert found.keys() == secrets().keys()
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in found.values())
    assert len({*found.values()}) == len(found)
    assert stat.S_IMODE((clone / ".env").stat().st_mode) == 0o600


def test_what_is_there_is_kept(clone: Path) -> None:
    run(clone, "env.sh")
    before = (clone / ".env").read_bytes()
    assert run(clone, "env.sh").returncode == 0
    assert (clone / ".env").read_bytes() == before


def test_an_older_one_gets_what_it_lacks(clone: Path) -> None:
    (clone / ".env").write_text("TSUNAGU_LINK_SECRET=mine\nKAFKA_PASSWORD=\nPORT_MAIL=\nMY_OWN=x")
    assert run(clone, "env.sh").returncode == 0
    found = made(clone)
    assert (found["TSUNAGU_LINK_SECRET"], found["PORT_MAIL"], found["MY_OWN"]) == ("mine", "", "x")
    assert all(found[name] for name in secrets())


def test_without_docker_it_says_so_and_makes_nothing(clone: Path) -> None:
    done = run(clone, "up.sh", "no-such-docker", "compose")
    assert done.returncode == 1
    assert "'no-such-docker compose' does not run here: install Docker" in done.stderr
    assert not (clone / ".env").exists()


def test_what_does_not_come_up_is_told_with_what_to_do(clone: Path) -> None:
    done = run(clone, "up.sh", docker(clone, "echo 'port is already allocated' >&2; exit 1"))
    assert done.returncode == 1
    assert "set a free one in .env (PORT_…)" in done.stderr
    assert "http://" not in done.stdout


def test_addresses_are_told_with_the_ports_of_env(clone: Path) -> None:
    (clone / ".env").write_text("PORT_GRAFANA=3300\n")
    done = run(clone, "up.sh", docker(clone, "exit 0"))
    assert done.returncode == 0, done.stderr
    assert "http://localhost:3300\n" in done.stdout
    assert "http://localhost:8101\n" in done.stdout
    assert (clone / "calls").read_text() == "up --build --detach --wait\n"


def test_no_secret_is_in_the_example() -> None:
    assert not re.search("[0-9a-f]{32}", EXAMPLE.read_text(encoding="utf-8"))
