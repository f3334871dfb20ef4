"""Files that hold secrets: made once, readable by their owner alone, never written over."""

import os
from collections.abc import Mapping
from pathlib import Path

from shared.errors import TsunaguError


def must_be_new(env: Path | None) -> None:
    """Asked before anything is made: what it would hold cannot be shown again. Raises TsunaguError."""
    if env and env.exists():
        raise TsunaguError(f"{env} is there already: name another file, or move it away")
    if env and not env.absolute().parent.is_dir():
        raise TsunaguError(f"there is no folder {env.absolute().parent}")


def write_secrets(env: Path, secrets: Mapping[str, str]) -> None:
    """As lines NAME=value, which a shell can read."""
    with open(os.open(env, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123  # a mode from the start
        file.write("".join(f"{name}={value}\n" for name, value in secrets.items()))
