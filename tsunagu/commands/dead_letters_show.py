"""How dead letters look on the screen, and as JSON."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast, get_args

from rich.table import Table

from shared.clock import open_clock
from shared.errors import TsunaguError
from shared.letters.book import UNKNOWN_TIME
from shared.letters.content import Content
from shared.letters.head import Letter, Why
from tsunagu.table import show
from tsunagu.where import Where


def now_of(where: Where) -> datetime:
    """As the services see it."""
    return open_clock(where.clock).now()


def why(said: str) -> Why:
    """Raises TsunaguError."""
    if said not in get_args(Why):
        raise TsunaguError(f"{said} is no reason to discard: --why is one of {', '.join(get_args(Why))}")
    return cast(Why, said)


def table(letters: Sequence[Letter], now: datetime, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([as_dict(letter, now) for letter in letters], indent=1))
        return
    if not letters:
        print("there are none")
        return
    shown = Table("service", "id", "reason", "age", "document", "bytes", "state", box=None, pad_edge=False)
    for letter in letters:
        head = letter.head
        reason = f"{head.reason}: {head.code}" if head.code else head.reason
        shown.add_row(head.service, head.id, reason, _age(letter, now), head.document, str(head.size), letter.state)
    show(shown)


def stuck(documents: Sequence[tuple[str, str]]) -> None:
    """Those of which the table has no letter."""
    for service, document in documents:
        print(f"{service}: {document} is stuck, too, with records of a broker that is lost: release it by its own name")


def one(letter: Letter, content: Content | None, now: datetime, *, as_json: bool) -> None:
    said = as_dict(letter, now) | (_opened(letter, content) if content else {})
    if as_json:
        print(json.dumps(said, indent=1, ensure_ascii=False))
        return
    for name, value in said.items():
        if value not in ("", None):
            print(f"{name:<12}{value}")


def as_dict(letter: Letter, now: datetime) -> dict[str, Any]:
    head = letter.head
    known = head.at != UNKNOWN_TIME
    return {
        "service": head.service, "id": head.id, "reason": head.reason, "code": head.code, "state": letter.state,
        "document": head.document, "at": head.at.isoformat() if known else None,
        "age_seconds": int((now - head.at).total_seconds()) if known else None, "size": head.size, "hash": head.hash,
        "by": letter.by, "done_at": letter.done_at, "why": letter.why,
    }  # fmt: skip


def _opened(letter: Letter, content: Content) -> dict[str, Any]:
    return {
        "whole": content.whole(letter.head) is not None,
        "key": _text(content.key),
        "headers": {name: _text(value or b"") for name, value in content.headers},
        "value": _text(content.value),
    }


def _text(raw: bytes) -> str:
    """What is no text is shown with escapes."""
    return raw.decode(errors="backslashreplace")


def _age(letter: Letter, now: datetime) -> str:
    if letter.head.at == UNKNOWN_TIME:
        return ""
    age = max(timedelta(), now - letter.head.at)
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} d"
