"""Dead letters: records that could not be used, sealed, with where they lay and one of a closed set of reasons."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Literal, get_args

from shared.kernel.ports import Letter, Sealer
from shared.kernel.record import Message, Place, Record, envelope

Reason = Literal[
    "no_key",  # no key, or one that is not text: nobody knows whose it is
    "header",  # a header is null or not UTF-8
    "envelope",  # a CloudEvents attribute is missing or malformed
    "unknown_type",  # no such event or command
    "payload",  # the value does not fit the contract
    "too_large",  # beyond what a record may have
    "refused",  # read, decided, refused: the answer says why
    "stuck",  # whole among the letters of a stuck document
]
REASONS: tuple[str, ...] = get_args(Reason)
MAX_SEALED = 64_000
_DOCUMENT = re.compile(r"[a-z]+-[A-Za-z0-9._-]{1,80}")
_MAX_VALUE = 20_000  # base64 (twice) makes 4/3 of 4/3 of it; the headers, cut short, come to 20,000 at most


def topic(service: str) -> str:
    return f"{service}.dead-letters"


def dead_letter(
    service: str, record: Record, reason: str, now: datetime, seal: Callable[[bytes], str], *, code: str = "",
    document: str | None = None,
) -> Message:  # fmt: skip
    """At most 64 kB whatever the record's size: its beginning, its hash and where it lies. `code`: what was wrong.

    `document`: whose it would have been, told in the clear; by default its key says so. A partner's key does not: it may
    hold anything.
    """
    value = record.value or b""
    clear = json.dumps({
        "key": _text((record.key or b"")[:500]),
        "headers": [[name[:40], _text((content or b"")[:200])] for name, content in record.headers[:20]],
        "value": _text(value[:_MAX_VALUE]),
    }).encode()  # fmt: skip
    head = envelope(
        id=f"{service}:{record}",
        source=f"/tsunagu/{service}",
        type="tsunagu.dead-letter.v1",
        time=now.isoformat(timespec="seconds"),
        reason=reason,
        code=code,
        topic=record.place.topic,
        partition=str(record.place.partition),
        offset=str(record.offset),
        hash=hashlib.sha256(value).hexdigest(),
        size=str(len(value)),
        document=_document(record) if document is None else document,
    )
    body = json.dumps({"sealed": seal(clear)}).encode()
    return Message(topic(service), str(record), body, head)


def _document(record: Record) -> str:
    key = (record.key or b"").decode(errors="replace")
    return key if _DOCUMENT.fullmatch(key) else ""


def to_letter(id: str, key: str, record: Record, sealer: Sealer) -> Letter:
    """The record whole, for this service to fold once its document is released."""
    clear = json.dumps([
        record.place.topic, record.place.partition, record.offset, _text(record.value or b""),
        [[name, _text(content or b"")] for name, content in record.headers],
    ]).encode()  # fmt: skip
    return Letter(id, key, record.offset, sealer.lock(clear))


def from_letter(letter: Letter, sealer: Sealer) -> Record:
    topic_, partition, offset, value, headers = json.loads(sealer.unlock(letter.sealed))
    return Record(
        Place(topic_, partition), offset, letter.key.encode(), _bytes(value), [(n, _bytes(c)) for n, c in headers]
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
