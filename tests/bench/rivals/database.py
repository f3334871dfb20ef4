"""A fast MongoDB-protocol server where there is one: SecantusDB's in Rust, whose Python one bounds everything.

`cargo install secantus-mdb --version 0.5.3-beta.196 --ignore-rust-version` makes it. GPL-2.0: a process of its own.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pymongo import MongoClient

NAME = "secantusd-rs"
WITHIN_MS = 20_000


def found() -> str | None:
    return shutil.which(NAME) or shutil.which(NAME, path=str(Path.home() / ".cargo/bin"))


@contextmanager
def running(program: str, port: int, folder: Path) -> Iterator[tuple[str, int]]:
    """Its URL and process id."""
    url = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    folder.mkdir(parents=True)
    command = [program, "--port", str(port), "--storage-path", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=WITHIN_MS).admin.command("ping")
            yield url, process.pid
        finally:
            process.kill()


def version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.split()
    return said[1] if said else "of unknown version"
