"""One difference between brokers and the file, and what becomes of it."""

from dataclasses import dataclass
from enum import StrEnum

from confluent_kafka.admin import AclBinding

from deploy.kafka.topics import Topic


class Fate(StrEnum):
    """What `apply` does about a difference."""

    MAKE = "+"
    CHANGE = "~"
    LEAVE = "="
    REVOKE = "-"
    REFUSE = "!"


@dataclass(frozen=True)
class Difference:
    """`what`: for people. Beside it, what there is to be done: `topic` to make, `settings` of it to change, `grant` to
    make, `acl` to remove when asked.
    """

    fate: Fate
    what: str
    topic: Topic | None = None
    settings: tuple[tuple[str, str], ...] = ()
    grant: AclBinding | None = None
    acl: AclBinding | None = None
