"""A real database behind certificates and a password."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pymongo import MongoClient

from deploy.local import parts
from deploy.local.home import Home
from tests.security.authority import Issued
from tests.security.one_service import WITHIN, free_port

USER, PASSWORD = "tsunagu", "p@ss:w/rd%21?"
"""With each sign that a URL must not have as it is."""


@dataclass(frozen=True)
class Served:
    port: int

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"


@contextmanager
def served(
    folder: Path, *, shows: Issued | None = None, asks_for: Path | None = None, auth: bool = False, port: int = 0
) -> Iterator[Served]:
    """`shows`: its certificate. `asks_for`: the CA of its clients', who must show one. `auth`: only USER is let in."""
    made = Served(port or free_port())
    command = [*parts.database(made.port, made.url, Home(folder), WITHIN).command]
    if auth:
        _make_user(command, made)
        command.append("--auth")
    if shows:
        command += ["--tls-cert-file", str(shows.cert), "--tls-key-file", str(shows.key)]
    if asks_for:
        command += ["--tls-ca-file", str(asks_for), "--tls-require-client-cert"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _until_listening(made)
            yield made
        finally:
            process.kill()


def _until_listening(made: Served) -> None:
    deadline = time.monotonic() + WITHIN
    while True:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", made.port)) == 0:
                return
        assert time.monotonic() < deadline, "the database does not listen"
        time.sleep(0.1)


def _make_user(command: list[str], made: Served) -> None:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        client: MongoClient[dict[str, object]] = MongoClient(made.url, serverSelectionTimeoutMS=int(WITHIN * 1000))
        client.admin.command("createUser", USER, pwd=PASSWORD, roles=["root"])
        client.close()
        process.terminate()
        process.wait(WITHIN)
