"""Reading a mail as it came over the wire: headers as text, its text part, its HTML part.

Nothing in here raises on a malformed mail: what cannot be read is shown as it is, or left out.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser


@dataclass(frozen=True)
class Letter:
    """`headers`: name and decoded value, in the mail's order; `text` and `html` are None when it has none."""

    headers: tuple[tuple[str, str], ...]
    text: str | None
    html: str | None

    def header(self, name: str) -> str:
        """The first header of that name, in any case, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def read_letter(raw: bytes) -> Letter:
    """All of a mail."""
    # The older parser of the two in the standard library: eight times as fast, and it never raises.
    message = message_from_bytes(raw)
    return Letter(_headers(message), _body(message, "text/plain"), _body(message, "text/html"))


def read_headers(raw: bytes) -> Letter:
    """A mail's headers only."""
    return Letter(_headers(BytesHeaderParser().parsebytes(raw)), None, None)


def _headers(message: Message) -> tuple[tuple[str, str], ...]:
    return tuple((name, _decoded(value)) for name, value in message.raw_items())


def _decoded(value: str) -> str:
    """`=?UTF-8?B?44Gk?=` as `つ`; unfolded; bytes that are not ASCII are taken to be UTF-8."""
    text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if "=?" in text:
        with suppress(ValueError, LookupError, HeaderParseError):
            text = str(make_header(decode_header(text)))
    return " ".join(text.split())


def _body(message: Message, content_type: str) -> str | None:
    for part in _shown_parts(message):
        if part.get_content_type() == content_type:
            return _content(part)
    return None


def _shown_parts(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if not part.is_multipart() and part.get_content_disposition() != "attachment":
            yield part


def _content(part: Message) -> str:
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")
