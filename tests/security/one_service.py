"""One real service as a process of its own, with the environment that a test gives it and nothing else."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.local.keys import Keys, make_keys
from deploy.local.ports import choose_ports
from deploy.local.settings import LocalSettings
from tests.delivery.support.network import until

ROOT = Path(__file__).parents[2]
NOWHERE = "127.0.0.1:1"
WITHIN = 60.0
"""Seconds, generous: other things run beside."""


def settings(keys: Keys, service: str = "stats", **changes: object) -> dict[str, str]:
    """Good ones; brokers and database are away. `changes`: kafka="…" is TSUNAGU_KAFKA; None takes one out."""
    given = {
        "kafka": NOWHERE, "mongo": f"mongodb://{NOWHERE}/?directConnection=true", "http_port": free_port(),
        "network_jwks": keys.network_public, "letter_key": "l" * 32, "sign_in_secret": "s" * 32,
        **(OWN[service](keys)), **changes,
    }  # fmt: skip
    return {f"TSUNAGU_{name.upper()}": str(value) for name, value in given.items() if value is not None}


OWN: Mapping[str, Any] = {
    "stats": lambda keys: {},
    "matching": lambda keys: {"wrapping_keys": keys.wrapping},
    "notify": lambda keys: {"wrapping_keys": keys.wrapping, "link_secret": "k" * 32, "smtp": NOWHERE},
    "intake": lambda keys: {
        "wrapping_keys": keys.wrapping, "link_secret": "k" * 32, "network_key": keys.network_private,
    },
}  # fmt: skip


def free_port() -> int:
    """None of those that the machine gives to connections."""
    return choose_ports(LocalSettings(free_ports=True), ["any"]).ports["any"]


@dataclass(frozen=True)
class Running:
    process: "subprocess.Popen[bytes]"
    url: str
    log: Path

    async def get(self, path: str) -> httpx.Response | None:
        """None while nobody answers."""
        assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.log.read_text()}"
        async with httpx.AsyncClient(timeout=5) as http:
            try:
                return await http.get(self.url + path)
            except httpx.HTTPError:
                return None

    async def waiting_for(self) -> list[str]:
        """What readiness says; of one that does not answer yet, so."""
        answer = await self.get("/health/ready")
        return list(answer.json()["waiting_for"]) if answer else ["an answer"]

    async def until_it_says(self, *words: str) -> str:
        """One of the things it waits for, with all these words in it."""

        async def said() -> str | None:
            return next((one for one in await self.waiting_for() if all(word in one for word in words)), None)

        return str(await until(f"says {' … '.join(words)}", said, WITHIN))

    async def ended(self) -> int:
        """Its exit code, once it has ended by itself."""

        async def ended() -> bool:
            return self.process.poll() is not None

        await until("ended", ended, WITHIN)
        return int(self.process.returncode)

    async def until_ready(self) -> None:
        async def ready() -> bool:
            return not await self.waiting_for()

        await until("ready", ready, WITHIN)


@contextmanager
def running(env: Mapping[str, str], folder: Path, service: str = "stats") -> Iterator[Running]:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{service}.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(_command(service), env=_only(env), stdout=out, stderr=out, cwd=folder) as process,
    ):
        try:
            yield Running(process, f"http://127.0.0.1:{env['TSUNAGU_HTTP_PORT']}", log)
        finally:
            process.kill()


def refused(env: Mapping[str, str], folder: Path, service: str = "stats") -> list[str]:
    """The lines with which it ended, with code 2 and before it did anything."""
    done = subprocess.run(
        _command(service), env=_only(env), capture_output=True, text=True, cwd=folder, timeout=WITHIN, check=False
    )
    assert done.returncode == 2, f"ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr + done.stdout
    return done.stderr.splitlines()


def _command(service: str) -> list[str]:
    return [sys.executable, "-m", f"services.{service}"]


def _only(env: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **env}


def keys_in(folder: Path) -> Keys:
    return make_keys(folder)
