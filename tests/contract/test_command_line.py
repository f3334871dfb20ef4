"""The command line as a shell has it: it begins without what only some command needs, and says what is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIENTS = {"aiokafka", "motor", "pymongo", "faststream", "fastapi", "httpx", "cryptography"}


def test_it_begins_without_any_client() -> None:
    code = "import sys, tsunagu.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not CLIENTS & set(done.stdout.split()), (
        "import it in the command that needs it: a shell waits for it each time"
    )


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (["partner", "key"], 2, "retire"),
        (["partner", "ad"], 2, "Did you mean 'add'?"),
        (["topics", "diff"], 1, "set TSUNAGU_KAFKA"),
        (["dead-letters", "list"], 1, "no network runs here"),
        (["keys", "roll", "--dir", "nowhere", "--what", "sealing"], 1, "holds no sealing keys"),
        (["keys", "roll", "--dir", "nowhere", "--what", "all"], 2, "'sealing', 'wrapping'"),
    ],
)
def test_what_is_wrong_is_said_to_whoever_typed_it(given: list[str], code: int, said: str, tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("TSUNAGU_")} | {"COLUMNS": "200"}
    command = [sys.executable, "-m", "tsunagu", *given]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr


def test_a_wrapping_key_is_not_retired_unasked(tmp_path: Path) -> None:
    """Where no network can be asked whose keys lie under it, it stays."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TSUNAGU_")}
    command = [sys.executable, "-m", "tsunagu", "keys"]
    for said in (["make", "--dir", "keys"], ["roll", "--dir", "keys", "--what", "wrapping"]):
        subprocess.run([*command, *said], cwd=tmp_path, env=env, capture_output=True, check=True)
    file = tmp_path / "keys/wrapping/keys.json"
    before, retire = file.read_bytes(), [*command, "retire", "--dir", "keys", "--what", "wrapping"]
    done = subprocess.run(retire, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, file.read_bytes()) == (1, before) and "no network runs here" in done.stderr
