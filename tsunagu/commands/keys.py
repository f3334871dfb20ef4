"""tsunagu keys make: what a network needs before its first start, in folders that can be mounted apart."""

import os
import shutil
from pathlib import Path

from deploy.local.keys import make_keys


def make(directory: Path) -> None:
    """`public/jwks.json`, for everybody; `private/`, for notify and, each its own, the letter keys. Keeps what is there."""
    public, private = directory / "public", directory / "private"
    public.mkdir(parents=True, exist_ok=True)
    made = make_keys(private)
    shutil.copyfile(made.network_public, public / "jwks.json")
    if not (network := private / "network.json").exists():
        shutil.copyfile(made.network_private, network)
        network.chmod(0o600)
    _for_services(directory)
    print(f"keys are in {directory}")


def _for_services(directory: Path) -> None:
    """Services run as 65532 in their containers; as root, the files are made theirs."""
    if os.geteuid() == 0:
        for path in [directory, *directory.rglob("*")]:
            os.chown(path, 65532, 65532)
