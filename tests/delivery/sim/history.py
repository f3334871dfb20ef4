"""What happened, in order: one line each, kept as it came and put into words only when somebody asks."""

import asyncio
from typing import Any


class History:
    def __init__(self) -> None:
        self.lines: list[tuple[float, str, str, tuple[Any, ...]]] = []

    def note(self, who: str, what: str, *about: Any) -> None:
        """`about`: anything that has a `str` and is not changed later."""
        self.lines.append((asyncio.get_running_loop().time(), who, what, about))

    def text(self) -> str:
        """`day hh:mm:ss.mmm  who  what  about`."""
        return "\n".join(f"{_moment(at)}  {who:<14} {what:<22} {' '.join(map(str, about))}"
                         for at, who, what, about in self.lines)  # fmt: skip


def _moment(seconds: float) -> str:
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(int(minutes), 60)
    return f"{hours // 24}d {hours % 24:02}:{minute:02}:{second:06.3f}"
