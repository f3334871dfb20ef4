"""A real OpenID provider on this machine, for as long as it is needed: Node runs it (apt: nodejs npm)."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

SOURCES = Path(__file__).parent / "provider"
CLIENT, SECRET = "tsunagu-of-the-tests", "client-secret-of-the-tests-only"


def installed(folder: Path) -> Path:
    """The provider with all that it needs, from npm. No lock file: it would hold addresses of a registry."""
    missing = [program for program in ("node", "npm") if not shutil.which(program)]
    assert not missing, f"not on this machine: {', '.join(missing)} (Debian: apt-get install nodejs npm)"
    shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
    quietly = ["--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(["npm", "install", *quietly], cwd=folder, check=True, timeout=300)
    return folder


@contextmanager
def provider(folder: Path, port: int, *redirects: str) -> Iterator[str]:
    """Its issuer, once it answers."""
    issuer = f"http://localhost:{port}"
    command = ["node", "provider.mjs", issuer, CLIENT, SECRET, *redirects]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            asyncio.run(_answers(issuer, process, folder / "log"))
            yield issuer
        finally:
            process.kill()


async def _answers(issuer: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient() as http:
        while process.poll() is None:
            try:
                await http.get(f"{issuer}/.well-known/openid-configuration")
                return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise AssertionError(f"the provider has ended: {log.read_text()}")
