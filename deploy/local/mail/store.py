"""Mails on disk: one `.eml` file each, named by the number of its arrival: `00000017.eml`.

Two lines come before the mail as it arrived, in the form of the headers mail servers use for this:

    Return-Path: <sender of the envelope>
    Delivered-To: recipient of the envelope, another one
"""

import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

_SUFFIX = ".eml"
_DRAFT = ".draft"


@dataclass(frozen=True)
class Stored:
    """A mail in the store. `n`: the number of its arrival, from 1; `raw`: as it came over the wire."""

    n: int
    sender: str
    to: tuple[str, ...]
    raw: bytes
    arrived: float
    """Seconds since the epoch."""


class Store:
    """The mails of one folder, which belongs to this process alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for draft in folder.glob(f"*{_DRAFT}"):
            # Never acknowledged: its sender will send it again.
            draft.unlink()
        self._numbers = itertools.count(max(self._stored_numbers(), default=0) + 1)

    def write(self, sender: str, to: Sequence[str], raw: bytes) -> Path:
        """Write a mail to disk, as yet without a number. Raises OSError. Safe in threads."""
        draft = self._folder / f"{uuid4().hex}{_DRAFT}"
        with draft.open("wb") as file:
            file.write(_envelope(sender, to) + raw)
            file.flush()
            os.fsync(file.fileno())
        return draft

    def number(self, draft: Path) -> Stored:
        """Give a mail that was written the next number. Raises OSError."""
        n = next(self._numbers)
        draft.replace(self._path(n))
        return self.read(n)

    def sync(self) -> None:
        """When this returns, every mail with a number survives a crash. Raises OSError. Safe in threads."""
        # The new name is in the folder, not in the file.
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def read(self, n: int) -> Stored:
        """The mail with that number. Raises FileNotFoundError."""
        path = self._path(n)
        content = path.read_bytes()
        sender, to, raw = content.split(b"\n", 2)
        return Stored(n, _value(sender).strip("<>"), _recipients(to), raw, path.stat().st_mtime)

    def __iter__(self) -> Iterator[Stored]:
        """All mails, in the order of their arrival."""
        return (self.read(n) for n in sorted(self._stored_numbers()))

    def _stored_numbers(self) -> Iterator[int]:
        return (int(path.stem) for path in self._folder.glob(f"*{_SUFFIX}"))

    def _path(self, n: int) -> Path:
        return self._folder / f"{n:08}{_SUFFIX}"


def _envelope(sender: str, to: Sequence[str]) -> bytes:
    lines = f"Return-Path: <{sender}>\nDelivered-To: {', '.join(to)}\n"
    return lines.encode("utf-8", "surrogateescape")


def _recipients(line: bytes) -> tuple[str, ...]:
    return tuple(_value(line).split(", "))


def _value(line: bytes) -> str:
    return line.decode("utf-8", "replace").partition(": ")[2]
