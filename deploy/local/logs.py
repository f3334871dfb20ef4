"""Reading the end of a part's log: the one line that says why it died."""

import json
import re
from pathlib import Path
from typing import Any

_TAIL = 16 * 1024
_LONGEST = 300
_EVERYDAY = ("debug", "info")
_ENVELOPE = ("event", "level", "timestamp", "service")
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# Lines that follow the reason instead of being it.
_NOISE = re.compile(
    r"""^(
        \s*$ | note:\ | stack\ backtrace: | \s+\d+:\ 0x      # Rust
      | \s+(File\ "|[~^]+\s*$) | Traceback\ \( | \^+          # Python
      | \s+For\ further\ information\ visit                   # pydantic
    )""",
    re.VERBOSE,
)


def last_words(log: Path, since: int = 0) -> str | None:
    """The last line of `log` that says something, or None; bytes before `since` are not looked at.

    What a service logs as JSON is put into words, and its everyday lines count only without others.
    """
    everyday: str | None = None
    for line in reversed(_tail(log, since)):
        if _NOISE.match(line):
            continue
        record = _json_record(line)
        words = (_in_words(record) if record else line.strip())[:_LONGEST]
        if record and record.get("level") in _EVERYDAY:
            everyday = everyday or words
        else:
            return words
    return everyday


def size(log: Path) -> int:
    """Bytes in `log`, 0 when there is none."""
    return log.stat().st_size if log.exists() else 0


def _tail(log: Path, since: int) -> list[str]:
    if not log.exists():
        return []
    with log.open("rb") as file:
        file.seek(max(since, size(log) - _TAIL))
        text = file.read().decode("utf-8", errors="replace")
    return _COLOURS.sub("", text).splitlines()


def _json_record(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "event" in record else None


def _in_words(record: dict[str, Any]) -> str:
    more = [f"{name}={value}" for name, value in record.items() if name not in _ENVELOPE]
    return " ".join([str(record["event"]), *more])
