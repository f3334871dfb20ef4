"""What a dead letter says of itself without being opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from shared.errors import BadRecord
from shared.kernel.dead_letters import Reason
from shared.kernel.record import Place, Record, decode_headers, moment, whole

State = Literal["open", "replayed", "discarded", "released"]
Why = Literal["sent_anew", "obsolete", "test", "unwanted", "other"]
"""Why a letter was discarded: a code, since what is noted is kept for ever."""


class Where(NamedTuple):
    """`record`: where the dead letter itself lies. Nothing, where its topic has it no more."""

    place: Place
    offset: int


@dataclass(frozen=True)
class Head:
    """`id`: where the record lay, topic-partition-offset. `hash`: SHA-256 of its value; `size`: bytes of that.

    `document`: whose it would have been, where that is known; a code, never a partner's own words.
    """

    service: str
    id: str
    reason: str
    code: str
    place: Place
    offset: int
    hash: str
    size: int
    at: datetime
    document: str = ""
    where: Where | None = None

    @property
    def order(self) -> tuple[Place, int]:
        """As the records lay in their topics."""
        return self.place, self.offset


@dataclass(frozen=True)
class Letter:
    """A dead letter, and what became of it: `by` whom, when (`done_at`), and why where it was discarded."""

    head: Head
    state: State = "open"
    by: str = ""
    done_at: str = ""
    why: str = ""

    @property
    def id(self) -> str:
        return self.head.id

    @property
    def stuck(self) -> bool:
        """It waits with a document, and goes on with that."""
        return self.head.reason == STUCK


STUCK: Reason = "stuck"
REFUSED: Reason = "refused"


def head_of(service: str, dead: Record) -> Head | None:
    """Of a record of the service's dead-letter topic; None where it is none that this version can read."""
    try:
        head = decode_headers(dead.headers)
        return _head(service, head, Where(dead.place, dead.offset))
    except (BadRecord, KeyError):
        return None


def _head(service: str, head: Mapping[str, str], where: Where) -> Head:
    place, offset = Place(head["ce_topic"], whole(head["ce_partition"])), whole(head["ce_offset"])
    return Head(
        service, f"{place}-{offset}", head["ce_reason"], head.get("ce_code", ""), place, offset, head["ce_hash"],
        whole(head["ce_size"]), moment(head["ce_time"]), head.get("ce_document", ""), where,
    )  # fmt: skip
