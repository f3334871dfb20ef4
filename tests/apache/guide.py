"""The commands of a guide, as they stand on the page."""

import asyncio
import os
import re
from pathlib import Path

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(page: Path) -> list[str]:
    """Each block of the page, in order."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


async def follow(blocks: list[str], folder: Path, within: float, **env: str) -> list[str]:
    """Runs them in one shell, as a reader would, and returns what each printed. Fails where one fails, with what it said."""
    script = "\n".join(["set -euo pipefail", *(f"printf '\\n@@@ {n}\\n'\n{block}" for n, block in enumerate(blocks))])
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", script, cwd=folder, env={**os.environ, **env},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        out = (await asyncio.wait_for(process.communicate(), within))[0].decode()
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode == 0, f"ended with {process.returncode}:\n{out}"
    return re.split(r"^@@@ \d+\n", out, flags=re.MULTILINE)[1:]
