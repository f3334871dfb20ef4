"""The records themselves, and the topics that they lie on. The newest of each key counts."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shared.events.base import Frozen, Token

EVERY = 5.0
"""Seconds between two words of one process; what is news is said within one."""
SILENT_AFTER = 3 * EVERY
"""Seconds without a word after which a process counts as silent."""
VERIFIED = "verified"
"""The topic of what was found by verifying; its one key is LAST."""
LAST = "last"

Count = Annotated[int, Field(ge=0)]
TopicName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._*-]{1,249}$")]
PARTNERS = "partner.*"
"""All that partners write, together: there may be thousands of these topics."""


def topic(service: str) -> str:
    """Of the service's own words; the key is the process that says it."""
    return f"{service}.status"


class Stream(Frozen):
    """What one reader has before it on one topic, in the partitions that this process owns; partners' topics together.

    `end`: records that there have been. `lag`: those that are not dealt with. `behind`: age of the oldest, in seconds.
    """

    topic: TopicName
    reader: Token
    end: Count
    lag: Count = 0
    behind: Annotated[float, Field(ge=0)] = 0


class Status(Frozen):
    """Of one process. `at`, `began`: by its own real clock, whatever clock the network goes by. `waiting_for`: what
    readiness says. `stopped`: it ends now, in good order.

    `letters`: reason → dead letters that are open; None before they were counted first. `stuck`, `aside`: documents,
    records that wait with them. `due`: documents whose time has come, `overdue`: seconds since the first of them was.
    `unpublished`: age of the oldest event that nobody was told, in seconds.
    """

    at: AwareDatetime
    began: AwareDatetime
    waiting_for: tuple[str, ...] = ()
    stopped: bool = False
    streams: tuple[Stream, ...] = ()
    letters: dict[str, Count] | None = None
    stuck: Count = 0
    aside: Count = 0
    due: Count = 0
    overdue: Count = 0
    unpublished: Count = 0


Standing = Literal["kept", "broken", "not_yet", "not_checked"]


class Promise(Frozen):
    """One of the network's invariants (docs/verify.md). `checked`, `broken`: in how many things it was looked for, and
    was not kept.
    """

    name: Token
    standing: Standing
    checked: Count = 0
    broken: Count = 0


class Verified(Frozen):
    """What `tsunagu verify` found. `settled`: nothing was under way. `at`: by the clock of whoever ran it."""

    at: AwareDatetime
    ok: bool
    settled: bool
    published: Count
    applied: Count
    lost: Count
    twice: Count
    promises: tuple[Promise, ...] = ()
