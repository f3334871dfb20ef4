"""`python -m tests.house.sbom build/sbom.json`: does it name each package of the image, at its version, with its hashes?"""

import json
import re
import sys
from pathlib import Path

from tests.house.rooms import ROOT

PINS = ROOT / "requirements" / "runtime.txt"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ;.*?)? \\\n((?:    --hash=sha256:\w+(?: \\)?\n)+)", re.MULTILINE)

Packages = dict[tuple[str, str], frozenset[str]]
"""(name, version) → SHA-256 of the files that may be installed as that."""


def pinned(text: str) -> Packages:
    return {
        (name, version): frozenset(re.findall(r"sha256:(\w+)", hashes)) for name, version, hashes in _PIN.findall(text)
    }


def listed(bom: dict) -> Packages:  # type: ignore[type-arg]  # CycloneDX 1.6, as JSON
    """Raises KeyError where a package lacks what identifies it."""
    return {
        (one["name"], one["version"]): frozenset(
            hash["content"] for reference in one["externalReferences"] for hash in reference.get("hashes", ())
        )
        for one in bom["components"]
    }


def differences(wanted: Packages, found: Packages) -> list[str]:
    return [f"{name} {version}" for name, version in sorted(wanted.keys() | found.keys())
            if wanted.get((name, version)) != found.get((name, version)) or not found.get((name, version))]  # fmt: skip


if __name__ == "__main__":
    wanted, found = pinned(PINS.read_text(encoding="utf-8")), listed(json.loads(Path(sys.argv[1]).read_text()))
    if wrong := differences(wanted, found):
        sys.exit(f"{sys.argv[1]} and {PINS.name} differ: {', '.join(wrong)}")
    print(f"{sys.argv[1]}: {len(found)} packages, each at its version, with the hashes of its files")
