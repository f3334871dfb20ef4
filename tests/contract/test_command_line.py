"""The command line as a shell has it: it begins without what only some command needs, and says what is wrong."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from shared.errors import TsunaguError
from tsunagu.groups import dead_letters, partner_keys
from tsunagu.told import told

ROOT = Path(__file__).parents[2]
NETWORK = {"TSUNAGU_KAFKA": "127.0.0.1:1", "TSUNAGU_MONGO": "mongodb://127.0.0.1:1"}
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


def test_settings_of_a_command_come_from_files_too(tmp_path: Path) -> None:
    """Also the address of the database, in which its password may stand; what lies in neither is named."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TSUNAGU_")}
    (tmp_path / "tsunagu_mongo").write_text(NETWORK["TSUNAGU_MONGO"] + "\n")
    command = [sys.executable, "-m", "tsunagu", "dead-letters", "list"]
    for kafka, said in (({}, "TSUNAGU_KAFKA: is missing"), ({"TSUNAGU_KAFKA": "127.0.0.1:1"}, "127.0.0.1:1")):
        given = env | {"TSUNAGU_SECRETS_DIR": str(tmp_path)} | kafka
        done = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, check=False)
        assert done.returncode == 1 and said in done.stderr and "no network runs here" not in done.stderr, done.stderr


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


@pytest.mark.parametrize(
    ("given", "env", "said"),
    [
        (["keys", "make", "--dir", "file"], {}, "file/private: Not a directory"),
        (["down"], {"TSUNAGU_HOME": "file"}, "file/stack.json: Not a directory"),
        (["up"], {"TSUNAGU_HOME": "file"}, "file: File exists"),
        (["status"], {"TSUNAGU_HOME": "file"}, "file/stack.json: Not a directory"),
        (["up"], {"TSUNAGU_INTAKE_PORT": "eighty"}, "TSUNAGU_INTAKE_PORT: Input should be a valid integer"),
        (["down"], {"TSUNAGU_INTAKE_PORT": "eighty"}, "TSUNAGU_INTAKE_PORT: Input should be a valid integer"),
        (["status"], {"TSUNAGU_READY_WITHIN": "0"}, "TSUNAGU_READY_WITHIN: Input should be greater than 0"),
        (["demo"], {"TSUNAGU_READY_WITHIN": "0"}, "TSUNAGU_READY_WITHIN: Input should be greater than 0"),
        (["status"], {**NETWORK, "TSUNAGU_SMTP": "mail"}, "TSUNAGU_SMTP: 'mail' is not the address of a mail server"),
        (["status"], {**NETWORK, "TSUNAGU_CLOCK": "file"}, "TSUNAGU_CLOCK: file is no file of a stepped clock"),
        (["verify"], {**NETWORK, "TSUNAGU_URL_STATS": "stats"}, "TSUNAGU_URL_STATS: 'stats' is no address of a site"),
        (["refill"], {**NETWORK, "TSUNAGU_REACH_NOTIFY": "x:1"}, "TSUNAGU_REACH_NOTIFY: 'x:1' is no address of a site"),
    ],
)
def test_what_is_wrong_around_it_is_one_line(given: list[str], env: dict[str, str], said: str, tmp_path: Path) -> None:
    """A file in the way, a setting: named, and no traceback."""
    (tmp_path / "file").touch()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TSUNAGU_")}
    command = [sys.executable, "-m", "tsunagu", *given]
    done = subprocess.run(command, cwd=tmp_path, env=clean | env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("tsunagu: ") and said in done.stderr and done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("text", ["99999999999d", "99999999999999999999m"])
def test_an_age_that_is_too_long_is_refused(text: str) -> None:
    with pytest.raises(TsunaguError, match="longer than time is"):
        dead_letters.age(text)


@pytest.mark.parametrize("text", ["9999-12-31", "9999-12-31T23:59:59-12:00", "9999-12-31T20:00Z"])
def test_a_moment_that_cannot_be_shown_is_refused(text: str) -> None:
    """It would be stored, and each list of the partner's keys would fail."""
    with pytest.raises(TsunaguError, match="end of time"):
        partner_keys.moment(text)


def full_disk() -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def away() -> int:
    raise ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1)")


@pytest.mark.parametrize(
    ("fails", "said"), [(full_disk, "No space left on device"), (away, "cannot reach the network")]
)
def test_a_full_disk_is_no_network_that_is_away(
    fails: Callable[[], int], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        told(fails)()
    assert capsys.readouterr().err.startswith(f"tsunagu: {said}")
