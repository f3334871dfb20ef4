"""deploy/Dockerfile built for real without a Docker engine: by buildah, on a base that debootstrap makes (kept in a cache)."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.apache.kafka import CACHE
from tests.deploy.model import ROOT

RELEASE = "bookworm"
BASE = CACHE / f"{RELEASE}-python.tar"
TAG = "tsunagu:local"
CERTIFICATES = ("/etc/ssl/certs", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates")
"""Of this machine: where a registry is reached through a proxy of the house, nobody else's would do."""


@dataclass(frozen=True)
class Image:
    """`root`: its file system. `env`, `user`, `folder`: what a container of it begins with."""

    root: Path
    env: dict[str, str]
    user: str
    folder: str


@contextmanager
def built(store: Path) -> Iterator[Image]:
    """Everything is in `store`, a new folder, and forgotten at the end."""
    buildah = Buildah(store)
    try:
        yield _build(buildah)
    finally:
        buildah.forget()


def _build(buildah: "Buildah") -> Image:
    base = buildah("from", "scratch")
    buildah("add", "--quiet", base, str(_base()), "/")
    buildah("commit", "--quiet", "--rm", base, "base")
    shared = [f"--volume={path}:{path}:ro" for path in CERTIFICATES if Path(path).is_dir()]
    buildah("build", "--isolation=chroot", "--build-arg=BASE=localhost/base", *shared, f"--tag={TAG}",
            "--file=deploy/Dockerfile", ".")  # fmt: skip
    made = buildah("from", TAG)
    said: dict[str, Any] = json.loads(buildah("inspect", made))["OCIv1"]["config"]
    env = dict(one.split("=", 1) for one in said["Env"])
    return Image(Path(buildah("mount", made)), env, said["User"], said["WorkingDir"])


class Buildah:
    def __init__(self, store: Path) -> None:
        self._store = store
        self._where = [f"--root={store / 'root'}", f"--runroot={store / 'run'}", "--storage-driver=vfs"]

    def __call__(self, *arguments: str) -> str:
        """The last line that it prints; its errors when it fails."""
        done = subprocess.run(
            ["buildah", *self._where, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
        )
        assert done.returncode == 0, f"buildah {arguments[0]}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout.strip() if arguments[0] == "inspect" else done.stdout.strip().rpartition("\n")[2]

    def forget(self) -> None:
        subprocess.run(["buildah", *self._where, "umount", "--all"], capture_output=True, check=False)
        shutil.rmtree(self._store, ignore_errors=True)


def _base() -> Path:
    """Debian with Python 3.11 and nothing that compiles: as small as the official image of Python."""
    if not BASE.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        folder = CACHE / f"{RELEASE}-{os.getpid()}"
        with_python = "--include=python3,python3-venv,ca-certificates"
        _ran("debootstrap", "--variant=minbase", with_python, RELEASE, str(folder), *_of_apt())
        _ran("tar", "-C", str(folder), "-cf", str(BASE.with_suffix(".new")), ".")
        BASE.with_suffix(".new").rename(BASE)
        shutil.rmtree(folder)
    return BASE


def _of_apt() -> list[str]:
    """Where this machine's apt has the release from, if it has: a house may have a mirror of its own."""
    wanted = [f"Codename: {RELEASE}", "Component: main", "Created-By: Packages"]
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", *wanted]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()[:1]


def _ran(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}"
