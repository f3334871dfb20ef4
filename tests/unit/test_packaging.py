"""What a fresh machine and the image rely on: pins, packages, ports."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))
SAFE = yaml.CSafeLoader
"""Safe as the one in Python, and ten times as fast."""
COMPOSE: dict[str, Any] = yaml.load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"), SAFE)["services"]
OURS = ("intake", "matching", "notify", "stats")


def pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_pins_have_hashes_and_name_no_registry(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE) if entry[0] not in "#\n"]
    assert entries, f"{path.name} is empty: make lock"
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+", entry) and "--hash=sha256:" in entry, f"not pinned by hash: {entry[:80]}"
    assert not re.search(r"://|^-", text, re.MULTILINE), f"{path.name} names an address or sets an option: make lock"


def test_the_three_files_agree() -> None:
    everything = pins(ROOT / "requirements/all.txt")
    for name in ("runtime.txt", "bootstrap.txt"):
        odd = {k: v for k, v in pins(ROOT / "requirements" / name).items() if k != "uv" and everything.get(k) != v}
        assert not odd, f"{name} and all.txt differ in {odd}: make lock"


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for group in project["optional-dependencies"].values() for one in group]
    for wanted, name in ((project["dependencies"], "runtime.txt"), (extras, "all.txt")):
        names = {re.split(r"[\[><=~! ;]", one)[0] for one in wanted}
        missing = names - pins(ROOT / "requirements" / name).keys()
        assert not missing, f"{missing} missing in requirements/{name}: make lock"


def test_the_image_holds_no_gpl() -> None:
    assert "secantusdb" not in pins(ROOT / "requirements/runtime.txt")


def test_every_folder_with_code_is_a_package() -> None:
    """Without __init__.py setuptools leaves a folder out, silently: it works here and not where installed."""
    folders = {
        path.parent for top in ("services", "shared", "tsunagu", "deploy") for path in (ROOT / top).rglob("*.py")
    }
    missing = [str(path.relative_to(ROOT)) for path in folders if not (path / "__init__.py").exists()]
    assert not missing, f"add __init__.py to {sorted(missing)}"


def test_containers_publish_to_this_machine_only() -> None:
    ports = [port for service in COMPOSE.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert not any("ports" in COMPOSE[name] for name in ("kafka", "mongo")), "only pages are published"


def test_prometheus_asks_each_service_at_its_port() -> None:
    config = yaml.load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"), SAFE)
    asked = {
        target for job in config["scrape_configs"] for group in job["static_configs"] for target in group["targets"]
    }
    assert asked == {f"{name}:{COMPOSE[name]['environment']['TSUNAGU_HTTP_PORT']}" for name in OURS}


def test_only_intake_is_given_the_private_key() -> None:
    holders = {
        name for name, service in COMPOSE.items() if any("keys-private" in one for one in service.get("volumes", []))
    }
    assert holders == {"keys", "intake"}
