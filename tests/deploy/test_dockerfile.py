"""deploy/Dockerfile and .dockerignore, without building anything (that does test_image.py)."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.deploy.model import ROOT

DOCKERFILE = ROOT / "deploy/Dockerfile"


def test_the_linter_has_nothing_to_say() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), DOCKERFILE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_what_it_copies_is_there_and_not_ignored() -> None:
    """.dockerignore shuts everything out but what it names."""
    ignored, *named = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert ignored == "*"
    let_in = {line[1:] for line in named if line.startswith("!")}
    copied = [
        source for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text(), re.MULTILINE)
        for source in line.split()[:-1]
    ]  # fmt: skip
    assert copied
    for source in copied:
        path = source.removesuffix("*")
        assert (ROOT / path).exists(), f"{path} is copied into the image and is not there"
        assert path.partition("/")[0] in let_in, f"{path} is copied into the image and .dockerignore keeps it out"
    assert let_in <= {source.removesuffix("*").partition("/")[0] for source in copied}, "more is let in than is copied"


def test_the_command_line_needs_nothing_that_is_not_in_it() -> None:
    """Of the embedded stack's libraries none is in the image; its one-shots and the command line begin all the same."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["embedded"]
    absent = [re.split("[><=]", one)[0].replace("-", "_") for one in extras]
    files = [*(ROOT / "tsunagu/commands").glob("[a-z]*.py"), *(ROOT / "tsunagu/groups").glob("[a-z]*.py")]
    commands = [f"tsunagu.{one.parent.name}.{one.stem}" for one in files]
    needed = ", ".join(["tsunagu.cli", "tsunagu.verify", *commands])  # each loads what it needs when it is called
    code = f"import sys; sys.modules.update(dict.fromkeys({absent})); import {needed}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nobody_is_root_in_it() -> None:
    users = re.findall(r"^USER (.+)$", DOCKERFILE.read_text(), re.MULTILINE)
    assert users[-1] == "65532:65532"
