"""JSON from strangers: each name of an object stands there once.

Readers differ in which of two they believe (RFC 8259, 4): of a name that is given twice, the partner means one person and
we would help another.
"""

import json
from collections.abc import Sequence
from typing import Any


class Twice(ValueError):
    """A name stands in an object more than once. It is not repeated: it may be a person's."""


def loads(text: bytes | str) -> Any:
    """As json.loads; raises Twice, too."""
    return json.loads(text, object_pairs_hook=_each_once)


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Twice("a field stands there twice, and which of the two holds cannot be known: send it once")
    return found
