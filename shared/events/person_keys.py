"""`resident-keys`, `supporter-keys` (compacted): people's data keys, wrapped. A tombstone is an erasure."""

from typing import ClassVar

from shared.events.base import Event

RESIDENTS = "resident-keys"
"""Written by intake, keyed by case."""
SUPPORTERS = "supporter-keys"
"""Written by matching, keyed by supporter."""


class PersonKey(Event):
    """`kid`: the wrapping key; `key`: the person's data key under it (RFC 3394), base64url."""

    type: ClassVar[str] = "tsunagu.shelf.row.v1"

    kid: str
    key: str
