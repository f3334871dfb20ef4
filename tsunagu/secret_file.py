"""Files that hold secrets: made once, readable by their owner alone, never written over."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shared.errors import TsunaguError

ROOM = 4096
"""Bytes: more than any of them holds."""


@contextmanager
def reserved(env: Path | None) -> Iterator[None]:
    """The file is there, with room for what `write_secrets` puts into it, before anything is made that cannot be shown again;
    where that is not made, the file is gone. Raises TsunaguError.
    """
    if env is None:
        yield
        return
    _must_be_new(env)
    try:
        room = os.open(env, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # a mode from the start
    except OSError as error:
        raise _unwritten(env, error) from error
    try:
        _fill(env, room)
        yield
    except (
        BaseException
    ):  # also Ctrl-C: whatever it is goes on, but an empty file must not be taken for one with a secret
        env.unlink(missing_ok=True)
        raise


def write_secrets(env: Path, secrets: Mapping[str, str]) -> None:
    """Into a reserved one, as lines NAME=value, which a shell can read."""
    with env.open("r+b") as file:
        file.write("".join(f"{name}={value}\n" for name, value in secrets.items()).encode())
        file.truncate()


def _must_be_new(env: Path) -> None:
    if env.exists():
        raise TsunaguError(f"{env} is there already: name another file, or move it away")
    if not env.absolute().parent.is_dir():
        raise TsunaguError(f"there is no folder {env.absolute().parent}")


def _fill(env: Path, room: int) -> None:
    try:
        with open(room, "wb") as file:  # it is open already
            file.write(b"\n" * ROOM)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritten(env, error) from error


def _unwritten(env: Path, error: OSError) -> TsunaguError:
    return TsunaguError(f"{env} cannot be written: {error.strerror}; nothing was made")
