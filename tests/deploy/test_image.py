"""The image and its containers, for real: see conftest.py."""

import re
import stat

import pytest

from tests.deploy.conftest import Stage
from tests.deploy.image import Image
from tests.deploy.model import OURS, ROOT

pytestmark = [pytest.mark.image, pytest.mark.timeout(1800)]

REFERRALS = "http://127.0.0.1:8101/referrals"
BUILD_TOOLS = ("pip", "pip3", "uv", "gcc", "cc", "make", "git", "curl", "wget")


def test_no_build_tool_is_in_it(image: Image) -> None:
    folders = [image.root / folder for folder in ("app/bin", "usr/bin", "usr/local/bin")]
    assert [tool for tool in BUILD_TOOLS for folder in folders if (folder / tool).exists()] == []
    assert not list(image.root.glob("app/lib/*/site-packages/secantus*")), "GPL in the image"


def test_every_service_is_healthy(stage: Stage) -> None:
    """And says so by the file's own check, inside the container."""
    for service in OURS:
        done = stage.running[service].run(*stage.read["services"][service]["healthcheck"]["test"][1:])
        assert done.returncode == 0, stage.running[service].says()


def test_a_service_is_nobody_and_writes_nowhere_but_in_tmp(stage: Stage) -> None:
    stats = stage.running["stats"]
    assert stats.run("id", "-u").stdout == "65532\n"
    for place in ("/app", "/", "/keys/public", "/var/tmp"):
        assert "Read-only" in stats.run("touch", f"{place}/x").stderr
    assert stats.run("touch", "/tmp/x").returncode == 0


def test_keys_are_where_they_are_needed_alone(stage: Stage) -> None:
    """matching sees no private key, and its own only as itself."""
    matching = stage.running["matching"]
    assert matching.run("cat", "/keys/wrapping/keys.json").returncode == 0
    assert matching.run("ls", "/keys/private").stdout == ""
    private = stage.folder / "volumes/keys-private/network.json"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600


def test_a_referral_goes_its_way(stage: Stage) -> None:
    """With the users and grants that the containers have: partner, roster, referral, and all is as promised."""
    added = stage.tsunagu("partner", "add", "acme")
    assert added.returncode == 0, added.stderr
    imported = stage.tsunagu("roster", "import", "/dev/stdin", stdin=ROOT / "examples/roster.csv")
    assert imported.returncode == 0, imported.stdout + imported.stderr
    key = re.findall(r"tsu_acme_\S+", added.stdout)[0]
    ask = "import sys, urllib.request as u; r = u.Request(sys.argv[1], data=sys.argv[3].encode() or None, " \
          "headers={'Authorization': 'Bearer ' + sys.argv[2]}); print(u.urlopen(r).read().decode())"  # fmt: skip
    referral = (ROOT / "examples/referral.json").read_text(encoding="utf-8")
    intake = stage.running["intake"]
    sent = intake.run("python", "-c", ask, REFERRALS, key, referral)
    assert sent.returncode == 0, sent.stderr
    intake.until("sh", "-c", 'python -c "$0" "$1" "$2" "" | grep -q offered', ask, f"{REFERRALS}/first-1", key)
    checked = stage.tsunagu("verify", "--within", "60")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_command_line_reaches_every_service(stage: Stage) -> None:
    told = stage.tsunagu("status")
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.count(" ready ") == len(OURS)


def test_links_are_for_people(stage: Stage) -> None:
    told = stage.tsunagu("sign-in", "--role", "coordinator", "--as", "mika")
    assert told.stdout.startswith("http://localhost:8102/"), told.stdout + told.stderr
